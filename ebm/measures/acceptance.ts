/** How proposals fared. */

/** Mean acceptance probability and share of proposals accepted, from what steps report; they estimate the same number. */
export function acceptance(
  probabilities: ArrayLike<number>,
  accepted: ArrayLike<number>,
): { mean: number; share: number } {
  if (probabilities.length !== accepted.length)
    throw new RangeError(
      `acceptance: expected one of each a step, got ${probabilities.length} and ${accepted.length} (probabilities, accepted)`,
    );
  const average = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
  return { mean: average(probabilities), share: average(accepted) };
}
