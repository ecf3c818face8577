/** The sum of exponentials on a logarithmic scale, in float64. */

/** log Σ exp(terms), without overflow; -Infinity for no terms. */
export function logSumExp(terms: ArrayLike<number>): number {
  let largest = -Infinity;
  for (let i = 0; i < terms.length; i++) largest = Math.max(largest, terms[i]);
  if (!Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < terms.length; i++) sum += Math.exp(terms[i] - largest);
  return largest + Math.log(sum);
}
