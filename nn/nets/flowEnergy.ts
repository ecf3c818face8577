/** A density as an energy whose normalising constant is known and is not one. */

import { tensorsOf, type Tree } from "../../engine/index.ts";
import type { Density } from "../flows/density.ts";
import { stateOf, type Module } from "../module.ts";

/**
 * E(x) = −log p(x) − C with C = −Σ mean |θ| over the tensors θ of the parameters, `[n, d] → [n, 1]`: GEBM's energies from flows, whose
 * log-partition C a learned one can be compared with.
 */
export const flowEnergy = <P extends Tree>(density: Density<P>): Module<P> => ({
  init: (key) => density.init(key),
  state: (key) => stateOf(density, key),
  apply: (parameters, x, pass) =>
    tensorsOf(parameters).reduce(
      (energy, theta) => energy.add(theta.abs().mean()),
      density.apply(parameters, x, pass).neg(),
    ),
});
