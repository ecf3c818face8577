/** How surely samples belong to classes, and to how many: exp(mean KL(p(y | x) ‖ p(y))) (Salimans et al. 2016). */

import { probabilities } from "./predictions.ts";

/**
 * Mean and standard deviation over `splits` parts of the rows in their order, each from 1 to `classes`. With the logits of Inception it
 * is the inception score, with those of another classifier it is not.
 * @throws RangeError for fewer rows than parts
 */
export function inceptionScore(
  logits: ArrayLike<number>,
  classes: number,
  splits = 1,
): { mean: number; deviation: number } {
  const count = logits.length / classes;
  if (!Number.isInteger(count) || count < splits)
    throw new RangeError(
      `inceptionScore: ${logits.length} logits of ${classes} classes are not rows for ${splits} parts`,
    );
  const p = probabilities(logits, classes);
  const [size, larger] = [Math.floor(count / splits), count % splits];
  const scores = Array.from({ length: splits }, (_, part) => {
    const first = part * size + Math.min(part, larger);
    return scoreOf(p.subarray(first * classes, (first + size + Number(part < larger)) * classes), classes);
  });
  const mean = scores.reduce((sum, score) => sum + score, 0) / splits;
  return { mean, deviation: Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / splits) };
}

function scoreOf(p: Float64Array, classes: number): number {
  const count = p.length / classes;
  const marginal = new Float64Array(classes);
  p.forEach((share, i) => (marginal[i % classes] += share / count));
  let divergence = 0;
  p.forEach((share, i) => (divergence += share === 0 ? 0 : (share * Math.log(share / marginal[i % classes])) / count));
  return Math.exp(divergence);
}
