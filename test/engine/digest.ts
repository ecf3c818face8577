/** A fingerprint of an array's bits, to pin streams of numbers in tests. */

/** FNV-1a over the 16-bit halves of each 32-bit word, low half first, as eight hexadecimal digits. */
export function digest(words: Uint32Array | Int32Array | Float32Array): string {
  let hash = 0x811c9dc5;
  for (const word of new Uint32Array(words.buffer, words.byteOffset, words.length)) {
    hash = Math.imul(hash ^ (word & 0xffff), 0x01000193);
    hash = Math.imul(hash ^ (word >>> 16), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, "0");
}
