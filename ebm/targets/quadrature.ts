/** Integrals of smooth functions that vanish at both ends. */

/** The integral by the trapezoidal rule, which is exact to rounding where the function and its slopes vanish at both ends. */
export function integral(f: (at: number) => number, [low, high]: readonly [number, number], intervals = 600): number {
  const width = (high - low) / intervals;
  let sum = (f(low) + f(high)) / 2;
  for (let i = 1; i < intervals; i++) sum += f(low + i * width);
  return sum * width;
}
