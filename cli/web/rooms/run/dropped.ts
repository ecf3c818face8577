/** What a person has dropped or chosen, as bytes: one file, or all files of a folder by their paths. */

/** Files by path. */
export type Files = ReadonlyMap<string, Uint8Array>;

/** The files of a drop, those in folders too. */
export async function dropped(items: DataTransferItemList): Promise<Files> {
  // All entries first: the list is empty after the first wait.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = new Map<string, Uint8Array>();
  for (const entry of entries) await collect(entry, files);
  return files;
}

/** The files that an input holds. */
export async function chosen(input: HTMLInputElement): Promise<Files> {
  const files = [...(input.files ?? [])];
  const read = files.map(async (file): Promise<[string, Uint8Array]> => [
    file.webkitRelativePath || file.name,
    await bytesOf(file),
  ]);
  input.value = "";
  return new Map(await Promise.all(read));
}

async function collect(entry: FileSystemEntry, files: Map<string, Uint8Array>): Promise<void> {
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    files.set(entry.fullPath.replace(/^\//, ""), await bytesOf(file));
  } else if (entry instanceof FileSystemDirectoryEntry) {
    const reader = entry.createReader();
    // A reader gives some at a time, and none at the end.
    for (;;) {
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (some.length === 0) break;
      for (const inner of some) await collect(inner, files);
    }
  }
}

const bytesOf = async (file: File): Promise<Uint8Array> => new Uint8Array(await file.arrayBuffer());
