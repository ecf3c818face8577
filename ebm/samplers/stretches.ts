/** Walks of any length, in stretches of one program each. */

import { compile, currentDevice, dispose, foldIn, type Key, type Tensor, type Tree } from "../../engine/index.ts";
import type { Energy } from "../energy.ts";
import { walk, type Chains, type Sampler } from "./sampler.ts";

/** Steps in one program; the device is waited for in between, so that nothing piles up. */
export const STRETCH = 100;

/**
 * Walks under an energy that follows from what is `known`, an argument of the programs, which are compiled once for each length of a
 * stretch. From `x [n, …]`, which is given up, step `from` leads to step `to`; the stretch that begins at step i draws with the key
 * folded with i. What a sampler remembers besides positions, such as velocities, goes from stretch to stretch, and is forgotten at
 * the end. `dispose` gives up the programs.
 */
export function stretches<Known extends readonly Tree[]>(
  sampler: Sampler<Chains>,
  energyUnder: (...known: Known) => Energy,
) {
  const programs = new Map<number, ReturnType<typeof programFor>>();
  const programFor = (steps: number) =>
    compile(
      (from: Chains, known: readonly Tree[], key: Key) =>
        walk(sampler, energyUnder(...(known as Known)), from, steps, key).state,
      { donate: [0] },
    );
  const begin = compile((x: Tensor, known: readonly Tree[]) => sampler.init(x, energyUnder(...(known as Known))), {
    donate: [0],
  });
  const far = async (x: Tensor, known: Known, { from = 0, to }: { from?: number; to: number }, key: Key) => {
    if (from >= to) return x;
    let state = begin(x, known);
    for (let done = from; done < to; done += STRETCH) {
      const steps = Math.min(STRETCH, to - done);
      const program = programs.get(steps) ?? programFor(steps);
      programs.set(steps, program);
      state = program(state, known, foldIn(key, done));
      await currentDevice("stretches").throttle();
    }
    const { x: end, ...rest } = state;
    dispose(rest);
    return end;
  };
  return Object.assign(far, { dispose: () => [begin, ...programs.values()].forEach((program) => program.dispose()) });
}
