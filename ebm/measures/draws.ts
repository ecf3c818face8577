/** Draws of one number by several chains, what the diagnostics of chains take. */

/** For each chain its draws in order: all chains have as many, 4 at least. */
export type Draws = readonly ArrayLike<number>[];

/**
 * The draws of one coordinate out of recorded positions `[records, chains, …]`, as `trajectory` keeps them; out of
 * energies `[records, chains]` of their only one.
 */
export function drawsOf(recorded: ArrayLike<number>, chains: number, { size = 1, coordinate = 0 } = {}): Draws {
  const records = recorded.length / (chains * size);
  if (!Number.isInteger(records) || coordinate >= size)
    throw new RangeError(
      `drawsOf: ${recorded.length} numbers are not records of ${chains} chains of ${size} numbers, got coordinate ${coordinate}`,
    );
  return Array.from({ length: chains }, (_, chain) =>
    Float64Array.from({ length: records }, (_, record) => recorded[(record * chains + chain) * size + coordinate]),
  );
}

/** Draws to judge chains by, or null where there is nothing to judge: one is not finite, or a whole chain is constant. */
export function usable(where: string, draws: Draws): number[][] | null {
  const length = draws[0]?.length ?? 0;
  if (length < 4 || draws.some((chain) => chain.length !== length))
    throw new RangeError(
      `${where}: chains are of one length, at least 4, got ${draws.map((chain) => chain.length).join(", ") || "none"}`,
    );
  const chains = draws.map((chain) => Array.from(chain));
  const varies = chains.every((chain) => chain.every(Number.isFinite) && chain.some((x) => x !== chain[0]));
  return varies ? chains : null;
}

/** The first and the last half of each chain; of an odd number the middle one is in neither. */
export const halves = (chains: readonly number[][]): number[][] =>
  chains.flatMap((chain) => {
    const half = Math.floor(chain.length / 2);
    return [chain.slice(0, half), chain.slice(chain.length - half)];
  });

/** The arithmetic mean. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** The sum of squared distances from the mean over n − `freedom`. */
export function variance(values: readonly number[], freedom: 0 | 1): number {
  const centre = mean(values);
  return values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - freedom);
}
