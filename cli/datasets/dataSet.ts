/** What is known about a data set: where its files come from, and how to tell that they are the right ones. */

/** A file that can be downloaded. */
export interface RemoteFile {
  /** Its name in the data set's folder; of an archive its own name, which does not stay there. */
  name: string;
  /** Places that have the same bytes, in the order in which they are tried. */
  urls: readonly string[];
  bytes: number;
  /** 64 hexadecimal digits. */
  sha256: string;
  /** How it is packed, and how many folders around its members are dropped; null for a file that stays as it is. */
  archive: { kind: "tar.gz" | "zip"; strip: number } | null;
}

/** Another file that may stand in the folder: an excerpt or a conversion of the original. */
export interface OtherFile {
  name: string;
  sha256: string;
  /** what it is: `the first 2,000 test images` */
  about: string;
}

export interface DataSet {
  /** As `data.name` has it. */
  name: string;
  /** one sentence */
  about: string;
  licence: string;
  homepage: string;
  /** The folder below the one that holds all data sets. */
  folder: string;
  files: readonly RemoteFile[];
  /** Files that are known too. */
  others: readonly OtherFile[];
  /** What cannot be downloaded, and which file to put where instead; null if nothing is missing. */
  byHand: string | null;
  /** The names of the classes by label; null where they have none, or too many. */
  classes: readonly string[] | null;
}

/** The bytes to download for all of it. */
export const bytesOf = ({ files }: DataSet): number => files.reduce((sum, { bytes }) => sum + bytes, 0);
