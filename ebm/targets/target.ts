/** Distributions whose law is known: what samplers are judged by. */

import type { Tensor } from "../../engine/index.ts";
import type { Energy } from "../energy.ts";

/** A distribution over a few coordinates, as an energy for chains and, in float64, as the truth. */
export interface Target {
  name: string;
  /** what is hard about it, in a sentence */
  about: string;
  dimensions: number;
  /** E of the coordinates, each `[n] → [n]`; up to a constant minus the logarithm of the density */
  energy: (...coordinates: readonly Tensor[]) => Tensor;
  /** log p, normalised over all of space */
  logDensity: (...at: readonly number[]) => number;
  /** the density of each coordinate alone */
  marginals: readonly ((at: number) => number)[];
  moments: readonly Moment[];
  /** where nearly all of each coordinate lies: the part that pictures show */
  ranges: readonly (readonly [low: number, high: number])[];
}

/** The mean of a function of the coordinates. */
export interface Moment {
  name: string;
  of: (...at: readonly number[]) => number;
  is: number;
}

export const moment = (name: string, of: Moment["of"], is: number): Moment => ({ name, of, is });

/** The energy of one target over `x [n, d]`. */
export const energyOf = (target: Target): Energy => product([target]).energy;

/** The energy of the product of targets over `x [n, d]`, and where each target's coordinates begin. */
export function product(chosen: readonly Target[]): { energy: Energy; dimensions: number; begins: readonly number[] } {
  const begins = chosen.map((_, at) => chosen.slice(0, at).reduce((sum, { dimensions }) => sum + dimensions, 0));
  const coordinate = (x: Tensor, at: number): Tensor => x.slice([null, [at, at + 1]]).reshape([x.shape[0]]);
  return {
    begins,
    dimensions: chosen.reduce((sum, { dimensions }) => sum + dimensions, 0),
    energy: (x) =>
      chosen
        .map(({ energy, dimensions }, at) =>
          energy(...Array.from({ length: dimensions }, (_, i) => coordinate(x, begins[at] + i))),
        )
        .reduce((a, b) => a.add(b)),
  };
}
