/** Properties over drawn cases: the same cases on every machine, others with EBM_SEED=2 and so on. */

import fc from "fast-check";

const seed = typeof process === "undefined" ? 1 : Number(process.env.EBM_SEED ?? 1);

/** Holds `property` against `runs` cases and shows the smallest one that breaks it. */
export const check = <T>(
  cases: fc.Arbitrary<T>,
  property: (value: T) => Promise<void> | void,
  runs = 30,
): Promise<void> =>
  Promise.resolve(
    fc.assert(
      fc.asyncProperty(cases, async (value) => property(value)),
      { seed, numRuns: runs },
    ),
  );
