/** Chains that are looked at on the way: by the model's sampler, under its energy or another. */

import { dispose, type Key, type Tensor } from "../../engine/index.ts";
import type { Energy } from "../energy.ts";
import { stretches } from "../samplers/stretches.ts";
import type { Evaluated } from "./evaluated.ts";

/** An energy that may depend on more than positions: on other tensors, one row for each chain. */
export type EnergyOf = (learned: Evaluated["learned"], given: readonly Tensor[]) => Energy;

/**
 * Walks from `x` and calls `look` with the positions after each number of steps of `stops`, in order; 0 is where chains start. The
 * tensors of `given` are what the energy is given besides. Positions belong to this walk: who looks must not keep them.
 */
export async function watched(
  { sampler, learned }: Evaluated,
  energy: EnergyOf,
  x: Tensor,
  given: readonly Tensor[],
  stops: readonly number[],
  key: Key,
  look: (x: Tensor, steps: number) => Promise<void>,
): Promise<void> {
  const far = stretches(sampler, energy);
  let at = x;
  let from = 0;
  for (const to of stops) {
    at = await far(at, [learned, given], { from, to }, key);
    await look(at, to);
    from = to;
  }
  dispose(at);
  far.dispose();
}

/** E(x, y) = −logits[y] of each chain's class, given as u32 `[n]`: p(x | y) is exp of minus that, whatever p(y). */
export const ofClass =
  (logits: NonNullable<Evaluated["classifier"]>["logits"]): EnergyOf =>
  (learned, [classes]) =>
  (x) =>
    logits(learned, x).pick(classes).neg();
