/** How much of samples lies where data cannot be: chains that run off, or images that are burnt out. */

/** The share of numbers whose size is `limit` or more, NaN among them; data in [−1, 1] reach 1 themselves. */
export function saturation(samples: ArrayLike<number>, limit = 1): number {
  let beyond = 0;
  for (let i = 0; i < samples.length; i++) if (!(Math.abs(samples[i]) < limit)) beyond++;
  return beyond / samples.length;
}
