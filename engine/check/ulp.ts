/** Units in the last place, and the errors that WGSL allows its own functions. */

/** The smallest normal f32; hardware may take smaller ones for zero. */
export const SMALLEST = 2 ** -126;

/** The unit in the last place of an f32 of this size. */
export const ulp = (y: number): number => 2 ** (Math.floor(Math.log2(Math.max(Math.abs(y), SMALLEST))) - 23);

/** The error of a function whose value is y at x (and x2, x3), in absolute terms. */
export type Rounding = (y: number, ...x: number[]) => number;

export const exact: Rounding = () => 0;

/** WGSL's arithmetic is correctly rounded, to either neighbour. */
export const rounded: Rounding = (y) => ulp(y);

/** What WGSL allows exp to be wrong by: 3 + 2|x| units in the last place. */
export const expError = (x: number): number => (3 + 2 * Math.abs(x)) * ulp(Math.exp(x));
