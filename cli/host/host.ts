/** What the code of run folders asks of its host: files that are whole or not at all, and little else. */
//
// #host is node.ts in Node and browser.ts in a page or worker, where folders are those of the origin's private file system.

/** What an unfinished file ends in; such files are left only by a process that was killed. */
export const draftSuffix = ".draft";

/** What both sides of #host offer. Paths have `/` between names. */
export interface Host {
  /** The bytes of a file, null if there is none. */
  readFile(path: string): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Whether there is a file or folder. */
  exists(path: string): Promise<boolean>;
  /** The names in a folder in order, none if there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** All files in a folder and in the folders in it, by their paths inside, in order. */
  filesIn(folder: string): Promise<string[]>;
  /** Puts a file there, over one of its name; it is there whole or not at all. */
  writeAtomically(path: string, contents: string | Uint8Array): Promise<void>;
  /** Puts text behind a file, which it makes if need be, and has it on disk. */
  append(path: string, text: string): Promise<void>;
  /** Takes away a file, or a folder with all that is in it; there may be none. */
  remove(path: string): Promise<void>;
  /**
   * Makes a folder with these folders and files in it, by their paths inside, and the folders that the files ask for; it appears
   * whole or not at all. Throws a Failure if there is one of that name.
   */
  makeFolder(path: string, folders: readonly string[], files: ReadonlyMap<string, string | Uint8Array>): Promise<void>;
  /** The path as seen from a folder. */
  absolute(from: string, path: string): string;
  /** SHA-256 of pieces one after the other, in hexadecimal. */
  sha256(pieces: Iterable<string | Uint8Array>): Promise<string>;
  /** Lets signals and messages in. */
  breathe(): Promise<void>;
  /** The version of this package. */
  packageVersion(): string;
  /** The operating system and processor, `linux x64`, as far as they are known. */
  system(): string;
}
