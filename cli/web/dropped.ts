/** Files that a person drops or chooses, as bytes: one file, or all files of a folder by their paths. */

import { showBanner } from "./banner.ts";

/** Files by path. */
export type Files = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

export interface FilesOptions {
  /** What is lit while files hang over the page. */
  place: HTMLElement;
  /** The inputs that choose files, for hands that do not drag. */
  inputs: readonly HTMLInputElement[];
  /** Hears all files of one drop or choice, never none. */
  bring: (files: Files) => void;
  left: AbortSignal;
}

/** Takes the files that are dropped anywhere on the page while its room is open, and those that inputs choose. */
export function watchFiles({ place, inputs, bring, left }: FilesOptions): void {
  const take = (reading: Promise<Files>): void =>
    void reading.then(
      (files) => void (files.size > 0 && bring(files)),
      (error: unknown) => showBanner("These files cannot be read", [String(error)]),
    );
  const light = (event: DragEvent, over: boolean): void => {
    event.preventDefault();
    place.classList.toggle("over", over);
  };
  addEventListener("dragover", (event) => light(event, true), { signal: left });
  addEventListener("dragleave", (event) => light(event, false), { signal: left });
  addEventListener(
    "drop",
    (event) => {
      light(event, false);
      if (event.dataTransfer !== null) take(dropped(event.dataTransfer.items));
    },
    { signal: left },
  );
  for (const input of inputs) input.addEventListener("change", () => take(chosen(input)));
}

/** The files of a drop, those in folders too. */
async function dropped(items: DataTransferItemList): Promise<Files> {
  // All entries first: the list is empty after the first wait.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const entry of entries) await collect(entry, files);
  return files;
}

/** The files that an input holds. */
async function chosen(input: HTMLInputElement): Promise<Files> {
  const files = [...(input.files ?? [])];
  const read = files.map(async (file): Promise<[string, Uint8Array<ArrayBuffer>]> => [
    file.webkitRelativePath || file.name,
    await bytesOf(file),
  ]);
  input.value = "";
  return new Map(await Promise.all(read));
}

async function collect(entry: FileSystemEntry, files: Map<string, Uint8Array<ArrayBuffer>>): Promise<void> {
  // Chromium has no class by the name of either.
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    files.set(entry.fullPath.replace(/^\//, ""), await bytesOf(file));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives some at a time, and none at the end.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    for (const inner of some) await collect(inner, files);
  }
}

const bytesOf = async (file: File): Promise<Uint8Array<ArrayBuffer>> => new Uint8Array(await file.arrayBuffer());
