/** Normal numbers out of 32 random bits; bit for bit shaders/lib/random.wgsl. */

import { normalTable } from "./normalTable.ts";

/**
 * A draw from N(0, 1): the normal quantile of the bits, interpolated in fixed point with 21 binary places. The top bit
 * is the sign and the other 31 are the tail probability v/2³²: its highest bit is the octave, the next 6 the segment,
 * the next 16 the place within it. Always a finite f32, |z| ≤ 6.17.
 */
export function normalFromBits(bits: number): number {
  const v = Math.max(bits & 0x7fffffff, 1);
  const leadingZeros = Math.clz32(v);
  const rest = (v << leadingZeros) & 0x7fffffff;
  const entry = 65 * (31 - leadingZeros) + (rest >>> 25);
  const [upper, lower] = [normalTable[entry], normalTable[entry + 1]];
  const z = upper - (((upper - lower) * ((rest >>> 9) & 0xffff) + 0x8000) >>> 16);
  return (bits >>> 31 === 1 ? 0 - z : z) * 2 ** -21;
}
