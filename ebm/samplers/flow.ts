/** Chains without noise as a map from where they start to where they end, which can be differentiated. */

import { checkpoint, key, loop, named, type Tensor } from "../../engine/index.ts";
import type { Energy } from "../energy.ts";
import type { Sampler } from "./sampler.ts";

/**
 * M(z): where `steps` steps lead from `z [n, …]`, as `walk` does, but with a gradient towards z and towards what the energy reads.
 * In a compiled program each step is a checkpoint: for the gradient it is computed again from where it began, so that positions
 * are kept and nothing else. The sampler takes steps without noise and remembers nothing but positions, as `langevin` of noise 0.
 *
 * Where the energy is piecewise linear, as with leaky ReLU throughout, ∂M/∂z is the identity almost everywhere.
 * @throws RangeError for a sampler that remembers more
 */
export function flow(sampler: Sampler, energy: Energy, z: Tensor, steps: number): Tensor {
  const remembered = Object.keys(sampler.init(z, energy)).filter((name) => name !== "x");
  if (remembered.length > 0)
    throw new RangeError(`flow: the sampler remembers nothing but positions, got one with ${remembered.join(", ")}`);
  const unused = key(0);
  const step = checkpoint((x) => sampler.step(unused, { x }, energy).state.x);
  return named("flow", () => loop(steps, (_i, x) => step(x), z, { unroll: true }));
}
