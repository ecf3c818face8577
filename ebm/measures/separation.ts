/** How well a score tells two sets apart: what is inside the data's distribution, which should score higher, and what is outside. */

import { variance } from "./draws.ts";
import { ranks } from "./ranks.ts";

/** Scores of what is inside, and of what is outside. */
export interface Scores {
  inside: ArrayLike<number>;
  outside: ArrayLike<number>;
}

/** @throws RangeError for a set without members, or a score that is no number */
function known(where: string, { inside, outside }: Scores): [number[], number[]] {
  if (inside.length === 0 || outside.length === 0)
    throw new RangeError(`${where}: both sets have members, got ${inside.length} inside, ${outside.length} outside`);
  const sets: [number[], number[]] = [Array.from(inside), Array.from(outside)];
  if (sets.some((set) => set.some(Number.isNaN))) throw new RangeError(`${where}: a score is not a number`);
  return sets;
}

/** An area with its standard error. */
export interface Area {
  value: number;
  error: number;
}

/**
 * The area under the ROC curve: the probability that one inside scores higher than one outside, ties counting half (Mann & Whitney 1947).
 * Its standard error by the variances of placements (DeLong et al. 1988); NaN for a set of one.
 */
export function auroc(scores: Scores): Area {
  const [inside, outside] = known("auroc", scores);
  const [m, n] = [inside.length, outside.length];
  const [among, amongOutside] = ranks([inside, outside]);
  const [own] = ranks([inside]);
  const [ownOutside] = ranks([outside]);
  // Of each member, the share of the other set that it is on the right side of.
  const placements = among.map((rank, i) => (rank - own[i]) / n);
  const others = amongOutside.map((rank, i) => 1 - (rank - ownOutside[i]) / m);
  return {
    value: placements.reduce((sum, share) => sum + share, 0) / m,
    error: Math.sqrt(variance(placements, 1) / m + variance(others, 1) / n),
  };
}

/** Thresholds from the highest score down, equal scores together: how many of each set reach them. */
function thresholds(where: string, scores: Scores): { inside: number; outside: number }[] {
  const [inside, outside] = known(where, scores);
  const all = [...inside.map((score) => ({ score, in: 1 })), ...outside.map((score) => ({ score, in: 0 }))];
  all.sort((a, b) => (a.score === b.score ? 0 : b.score > a.score ? 1 : -1));
  const reached: { inside: number; outside: number }[] = [];
  let found = 0;
  all.forEach((one, at) => {
    found += one.in;
    if (at + 1 === all.length || all[at + 1].score !== one.score)
      reached.push({ inside: found, outside: at + 1 - found });
  });
  return reached;
}

/** Average precision, Σ (Rᵢ − Rᵢ₋₁) Pᵢ over the thresholds, where inside is what is to be found. */
export function averagePrecision(scores: Scores): number {
  const total = scores.inside.length;
  let [area, before] = [0, 0];
  for (const { inside, outside } of thresholds("averagePrecision", scores)) {
    area += ((inside - before) / total) * (inside / (inside + outside));
    before = inside;
  }
  return area;
}

/** The share of what is outside that reaches the highest threshold which a share `rate` of what is inside reaches too: FPR@95. */
export function falsePositives(scores: Scores, rate = 0.95): number {
  const reached = thresholds("falsePositives", scores);
  const enough = reached.find(({ inside }) => inside >= rate * scores.inside.length) ?? reached[reached.length - 1];
  return enough.outside / scores.outside.length;
}
