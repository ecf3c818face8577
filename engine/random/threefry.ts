/** Threefry-2x32-20, the counter-based generator behind every random number; bit for bit shaders/lib/random.wgsl. */

/** Two 32-bit words: a key, a counter, or what the generator makes of them. */
export type Words = readonly [number, number];

/** A key names a stream of random numbers. */
export type Key = Words;

/** Second word of the counter: what the bits are for, so that no two uses of a key ever meet. */
export const purpose = { element: 0, split: 1, fold: 2, permutation: 3 } as const;

const evenRotations = [13, 15, 26, 6] as const;
const oddRotations = [17, 29, 16, 24] as const;

/** Makes the sum of no key word zero (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011). */
const parity = 0x1bd11bda;

/** 20 rounds of Threefry over two words: a bijection of the counter, chosen by the key. */
export function threefry2x32([k0, k1]: Key, [c0, c1]: Words): [number, number] {
  const schedule = [k0, k1, k0 ^ k1 ^ parity] as const;
  let x = (c0 + k0) | 0;
  let y = (c1 + k1) | 0;
  for (let group = 1; group <= 5; group++) {
    for (const rotation of group % 2 === 1 ? evenRotations : oddRotations) {
      x = (x + y) | 0;
      y = x ^ ((y << rotation) | (y >>> (32 - rotation)));
    }
    x = (x + schedule[group % 3]) | 0;
    y = (y + schedule[(group + 1) % 3] + group) | 0;
  }
  return [x >>> 0, y >>> 0];
}

/** The key of a seed: its high and low 32 bits. Throws a RangeError unless it is an integer in [0, 2⁵³). */
export function keyOf(seed: number): [number, number] {
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new RangeError(`key: a seed is an integer from 0 to 2⁵³ − 1, got ${seed}`);
  return [Math.floor(seed / 2 ** 32), seed >>> 0];
}

/** The bits of element i of an array drawn with a key; i is an integer in [0, 2³²). */
export const randomBits = (key: Key, i: number): number => threefry2x32(key, [i, purpose.element])[0];

/** The i-th of the keys a key splits into. */
export const split = (key: Key, i: number): [number, number] => threefry2x32(key, [i, purpose.split]);

/** The key for a number of the caller's own, such as a step. */
export const foldIn = (key: Key, data: number): [number, number] => threefry2x32(key, [data, purpose.fold]);
