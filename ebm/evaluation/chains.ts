/** Chains that are looked at on the way: by the model's sampler, under its energy or another. */

import { compile, currentDevice, dispose, foldIn, type Key, type Tensor } from "../../engine/index.ts";
import { walk } from "../samplers/index.ts";
import type { Evaluated } from "./evaluated.ts";

/** An energy that may depend on more than positions: other tensors, one row for each chain. */
export type EnergyOf = (learned: Evaluated["learned"], x: Tensor, given: readonly Tensor[]) => Tensor;

/** Steps in one program; the device is waited for in between, so that nothing piles up. */
const STRETCH = 100;

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
  const programs = new Map<number, ReturnType<typeof programFor>>();
  const programFor = (steps: number) =>
    compile(
      (learned: Evaluated["learned"], x: Tensor, given: readonly Tensor[], key: Key) =>
        walk(sampler, (at) => energy(learned, at, given), x, steps, key).x,
      { donate: [1] },
    );
  let at = x;
  let done = 0;
  for (const stop of stops) {
    while (done < stop) {
      const steps = Math.min(STRETCH, stop - done);
      const program = programs.get(steps) ?? programFor(steps);
      programs.set(steps, program);
      at = program(learned, at, given, foldIn(key, done));
      done += steps;
      await currentDevice("evaluate").throttle();
    }
    await look(at, stop);
  }
  dispose(at);
  programs.forEach((program) => program.dispose());
}

/** E(x, y) = −logits[y] of each chain's class, given as u32 `[n]`: p(x | y) is exp of minus that, whatever p(y). */
export const ofClass =
  (logits: NonNullable<Evaluated["classifier"]>["logits"]): EnergyOf =>
  (learned, x, [classes]) =>
    logits(learned, x).pick(classes).neg();
