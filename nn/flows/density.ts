/** Normalised densities: their logarithm, and independent draws. */

import { normal, type Key, type Tensor, type Tree } from "../../engine/index.ts";
import { stateOf, type Module, type Parametric } from "../module.ts";
import type { Pass } from "../pass.ts";
import type { Flow } from "./flow.ts";

interface Parts<P extends Tree> extends Parametric<P> {
  /** log p(x), in nats: `[n, d] → [n]`. */
  logDensity(parameters: P, x: Tensor, pass?: Pass): Tensor;
  /** Independent draws: `[count, d]`. */
  sample(parameters: P, key: Key, count: number, pass?: Pass): Tensor;
}

/** A density over rows of numbers. It is a net too, which puts out log p(x) as a column: `[n, d] → [n, 1]`. */
export interface Density<P extends Tree = Tree> extends Parts<P>, Module<P> {}

/** The density of its parts. */
export const density = <P extends Tree>(parts: Parts<P>): Density<P> => ({
  ...parts,
  apply: (parameters, x, pass) => parts.logDensity(parameters, x, pass).reshape([-1, 1]),
});

/** log N(x; 0, 1), element by element. */
export const normalLogDensity = (x: Tensor): Tensor =>
  x
    .square()
    .mul(-0.5)
    .sub(0.5 * Math.log(2 * Math.PI));

/** The standard normal density of `dimensions` numbers; it has no parameters. */
export const standardNormal = (dimensions: number): Density =>
  density({
    init: () => ({}),
    logDensity: (_parameters, x) => normalLogDensity(x).sum(1),
    sample: (_parameters, key, count) => normal(key, [count, dimensions]),
  });

/** The density of x = flow⁻¹(z), z standard normal: log p(x) = log N(z(x)) + log |det ∂z/∂x|. */
export const flowDensity = <P extends Tree>(flow: Flow<P>, dimensions: number): Density<P> =>
  density({
    init: (key) => flow.init(key),
    state: (key) => stateOf(flow, key),
    logDensity(parameters, x, pass) {
      const { z, logDeterminant } = flow.forward(parameters, x, pass);
      return normalLogDensity(z).sum(1).add(logDeterminant);
    },
    sample: (parameters, key, count, pass) => flow.inverse(parameters, normal(key, [count, dimensions]), pass),
  });
