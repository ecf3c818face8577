/** Uniform numbers, indices and events out of 32 random bits; bit for bit shaders/lib/random.wgsl. */

/** A number in [0, 1): the top 24 bits as a fraction, so that every value is an f32. */
export const uniformFromBits = (bits: number): number => (bits >>> 8) * 2 ** -24;

/** An index in [0, n): ⌊bits · n / 2³²⌋. No index is more likely than another by more than n / 2³² of its share. */
export const randomIndex = (bits: number, n: number): number => multiplyHigh(bits, n);

/** Whether an event of probability p, taken as an f32, occurs: never if p is 0, always if it is 1, else for bits < p · 2³². */
export const bernoulliFromBits = (bits: number, p: number): number =>
  Number(Math.fround(p) >= 1 || bits < Math.trunc(Math.fround(p) * 2 ** 32));

/** The upper 32 bits of the 64-bit product of two u32, by halves of 16 bits. */
export function multiplyHigh(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + (middle >>> 16) + (carry >>> 16);
}
