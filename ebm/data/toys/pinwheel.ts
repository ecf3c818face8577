/** Arms that bend around the origin, as in "Composing graphical models with neural networks" (Johnson et al. 2016) and VERA. */

import { concat, normal, randomIndex, split } from "../../../engine/index.ts";
import { logSumExp } from "../../logSumExp.ts";
import { distanceFrom } from "./curves.ts";
import { drawn, keyAt } from "./drawn.ts";
import type { Toy, ToyKind, ToyOptions } from "./toy.ts";

/** An arm reaches N(1, 0.3²) outward, in units of the radius, and is turned by so many times the exponential of that. */
const [SPREAD, RATE] = [0.3, 0.25];

/** Pieces of the circle of angles, in each of which at most one root is looked for. */
const PIECES = 128;
const angles = Array.from({ length: PIECES + 1 }, (_, i) => Math.PI * ((2 * i) / PIECES - 1));
/** Steps towards a root, which lies in a piece already: to the last digits. */
const STEPS = 12;
/** Roots whose share is less than e⁻³⁰ of the largest are passed over. */
const NEGLIGIBLE = 30;

/**
 * f = (1 + 0.3 N(0, 1), sd / radius · N(0, 1)), turned back by 2πk / groups + 0.25 exp f₁ for an arm k, times the radius.
 *
 * The turn keeps lengths, so with (ρ, φ) for f and (ρ, ψ) for the point, in polar coordinates, φ − 0.25 exp(ρ cos φ) = ψ + 2πk / groups. All
 * roots φ, on all arms, share in the density N(f) / |1 + 0.25 f₂ exp f₁|, over groups · radius². Further out than the arms the turn changes
 * faster than φ, so that there are many roots and poles between them; next to no mass lies there.
 */
function pinwheelOf({ groups, sd, radius }: ToyOptions): Toy {
  const across = sd / radius;
  const turned = (length: number, angle: number): number => angle - RATE * Math.exp(length * Math.cos(angle));
  const logNormal = (length: number, angle: number): number =>
    -((length * Math.cos(angle) - 1) ** 2) / (2 * SPREAD ** 2) - (length * Math.sin(angle)) ** 2 / (2 * across ** 2);
  const arms = Array.from({ length: groups }, (_, arm) =>
    Array.from({ length: 65 }, (_, i): [number, number] => {
      const length = (i / 64) * (1 + 4 * SPREAD);
      const angle = turned(length, 0) - (2 * Math.PI * arm) / groups;
      return [radius * length * Math.cos(angle), radius * length * Math.sin(angle)];
    }),
  );
  const point = (part: number, outward: number, sideways: number): [number, number] => {
    const angle = (2 * Math.PI * part) / groups + RATE * Math.exp(outward);
    const [cosine, sine] = [Math.cos(angle), Math.sin(angle)];
    return [radius * (outward * cosine + sideways * sine), radius * (sideways * cosine - outward * sine)];
  };
  return {
    ...{ groups, sd, radius },
    extent: radius * (1 + 4 * SPREAD),
    logDensity(x, y) {
      const length = Math.hypot(x, y) / radius;
      const sector = (2 * Math.PI) / groups;
      const wanted = Math.atan2(y, x) / sector;
      const sectors = (angle: number): number => turned(length, angle) / sector - wanted;
      const pieces: { piece: number; whole: number; log: number }[] = [];
      let before = sectors(angles[0]);
      for (let piece = 0; piece < PIECES; piece++) {
        const after = sectors(angles[piece + 1]);
        const [low, high] = before < after ? [before, after] : [after, before];
        for (let whole = Math.ceil(low); whole < high; whole++)
          pieces.push({ piece, whole, log: logNormal(length, angles[piece]) });
        before = after;
      }
      const best = pieces.reduce((most, { log }) => Math.max(most, log), -Infinity);
      const logs = pieces
        .filter(({ log }) => log > best - NEGLIGIBLE)
        .map(({ piece, whole }) => {
          const angle = crossing((angle) => sectors(angle) - whole, angles[piece], angles[piece + 1]);
          const [outward, sideways] = [length * Math.cos(angle), length * Math.sin(angle)];
          return logNormal(length, angle) - Math.log(Math.abs(1 + RATE * sideways * Math.exp(outward)));
        });
      return logSumExp(logs) - Math.log(groups * 2 * Math.PI * SPREAD * across * radius ** 2);
    },
    nearest(x, y) {
      const distances = arms.map((arm) => distanceFrom(arm, x, y));
      const distance = Math.min(...distances);
      return { part: distances.indexOf(distance), distance };
    },
    place: (part, { normal }) => point(part, 1 + SPREAD * normal(), across * normal()),
    source: () =>
      drawn((key, count) => {
        const keys = split(key, 3);
        const arm = randomIndex(keyAt(keys, 0), [count, 1], groups).toFloat();
        const outward = normal(keyAt(keys, 1), [count, 1]).mul(SPREAD).add(1);
        const sideways = normal(keyAt(keys, 2), [count, 1]).mul(across);
        const angle = arm.mul((2 * Math.PI) / groups).add(outward.exp().mul(RATE));
        const [cosine, sine] = [angle.cos(), angle.sin()];
        const x = outward.mul(cosine).add(sideways.mul(sine));
        const y = sideways.mul(cosine).sub(outward.mul(sine));
        return concat([x, y], 1).mul(radius);
      }),
  };
}

/** Where a function that changes its sign between two numbers does so, by false position as in the Illinois algorithm. */
function crossing(of: (x: number) => number, from: number, to: number): number {
  let [at, other] = [to, from];
  let [value, others] = [of(at), of(other)];
  for (let step = 0; step < STEPS && value !== 0; step++) {
    const next = at - (value * (at - other)) / (value - others);
    const found = of(next);
    // An end that stays counts for half, or it would stay for ever.
    if (found > 0 === value > 0) others /= 2;
    else [other, others] = [at, value];
    [at, value] = [next, found];
  }
  return at;
}

/** Five arms, with deviations of 0.3 along and 0.1 across them, times 2. */
export const pinwheel: ToyKind = {
  title: "Pinwheel",
  published: { groups: 5, sd: 0.2, radius: 2 },
  settled: [],
  of: pinwheelOf,
};
