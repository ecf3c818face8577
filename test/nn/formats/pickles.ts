// Pickles put together by hand, opcode by opcode.

const text = (words: string): number[] => [...new TextEncoder().encode(words)];

/** Opcodes and operands: numbers are bytes, strings are ASCII. */
export type Parts = (number | string | readonly number[])[];

/** The bytes of these parts: `pickle("N.")` is None. */
export const pickle = (...parts: Parts): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? text(part) : part)));

/** BINUNICODE of a short string. */
export const word = (words: string): number[] => [0x58, text(words).length, 0, 0, 0, ...text(words)];

/** GLOBAL of a name. */
export const global = (module: string, name: string): number[] => text(`c${module}\n${name}\n`);

/** `_rebuild_tensor_v2` of a storage with these attributes, all below 256. */
export function tensor(
  { type = "FloatStorage", key = "0", count = 4 }: { type?: string; key?: string; count?: number },
  { offset = 0, shape, strides }: { offset?: number; shape: readonly number[]; strides: readonly number[] },
): number[] {
  const tuple = (numbers: readonly number[]): number[] => [0x28, ...numbers.flatMap((n) => [0x4b, n]), 0x74];
  const id = [
    0x28,
    ...word("storage"),
    ...global("torch", type),
    ...word(key),
    ...word("cpu"),
    0x4b,
    count,
    0x74,
    0x51,
  ];
  const hooks = [...global("collections", "OrderedDict"), 0x29, 0x52];
  const args = [...id, 0x4b, offset, ...tuple(shape), ...tuple(strides), 0x89, ...hooks];
  return [...global("torch._utils", "_rebuild_tensor_v2"), 0x28, ...args, 0x74, 0x52];
}

/** A dict of these items, each value given as its opcodes. */
export const dict = (items: Readonly<Record<string, readonly number[]>>): number[] => [
  ...[0x7d, 0x28],
  ...Object.entries(items).flatMap(([key, value]) => [...word(key), ...value]),
  0x75,
];
