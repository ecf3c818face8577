/** MATLAB files as the tests make them. */

const word = (n: number): number[] => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];

/** An element with its tag, padded to whole 8 bytes but for compressed ones. */
export function element(type: number, bytes: ArrayLike<number>): Uint8Array {
  const padding = type === 15 ? 0 : (8 - (bytes.length % 8)) % 8;
  return Uint8Array.from([
    ...word(type),
    ...word(bytes.length),
    ...Array.from(bytes),
    ...Array<number>(padding).fill(0),
  ]);
}

/** An element of up to 4 bytes with a tag of half the size. */
const small = (type: number, bytes: readonly number[]): Uint8Array =>
  Uint8Array.from([type, 0, bytes.length, 0, ...bytes, ...Array<number>(4 - bytes.length).fill(0)]);

export const flagsOf = (kind: number): Uint8Array => element(6, [...word(kind), ...word(0)]);

/** A matrix: its class with flags, extents, name, and the type and bytes of its numbers. */
export function matrix(name: string, kind: number, shape: number[], type: number, bytes: number[]): Uint8Array {
  const letters = [...new TextEncoder().encode(name)];
  return element(14, [
    ...flagsOf(kind),
    ...element(5, shape.flatMap(word)),
    ...(letters.length <= 4 ? small(1, letters) : element(1, letters)),
    ...(bytes.length > 0 && bytes.length <= 4 ? small(type, bytes) : element(type, bytes)),
  ]);
}

/** A file of elements. */
export const matFile = (...elements: Uint8Array[]): Uint8Array =>
  Uint8Array.from([
    ...new TextEncoder().encode("MATLAB 5.0 MAT-file".padEnd(116)),
    ...[0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
    ...new TextEncoder().encode("IM"),
    ...elements.flatMap((bytes) => [...bytes]),
  ]);

export async function zlib(bytes: Uint8Array): Promise<Uint8Array> {
  const zipped = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}
