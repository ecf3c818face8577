/** An invertible net, whose change of volume is known: from data to noise and back. */

import { named, zeros, type Tensor, type Tree } from "../../engine/index.ts";
import { gathered, stateOf, type Module, type Parametric } from "../module.ts";
import { Pass } from "../pass.ts";

/** Where x goes, and by how much volume grows there. */
export interface Forward {
  /** `[n, d]` */
  z: Tensor;
  /** log |det ∂z/∂x| of each item: `[n]`. */
  logDeterminant: Tensor;
}

/** A bijection of rows of numbers, x ↔ z, both `[n, d]`. */
export interface Flow<P extends Tree = Tree> extends Parametric<P> {
  /** From data to noise. Without a pass: evaluation, of a flow that remembers nothing. */
  forward(parameters: P, x: Tensor, pass?: Pass): Forward;
  /** From noise to data. It never remembers: where a flow depends on statistics, they are those of the pass so far. */
  inverse(parameters: P, z: Tensor, pass?: Pass): Tensor;
}

/**
 * Flows one after the other, from data to noise; the inverse takes them from the last to the first. Parameters carry the names
 * of the parts, or their positions in a list.
 */
export function stacked(parts: Readonly<Record<string, Flow>> | readonly Flow[]): Flow<Record<string, Tree>> {
  const entries = Object.entries<Flow>(parts);
  return {
    ...gathered(Object.fromEntries(entries)),
    forward(parameters, x, pass = Pass.evaluation()) {
      const start: Forward = { z: x, logDeterminant: zeros([x.shape[0]]) };
      return entries.reduce(({ z, logDeterminant }, [name, flow]) => {
        const next = named(name, () => flow.forward(parameters[name] ?? {}, z, pass.at(name)));
        return { z: next.z, logDeterminant: logDeterminant.add(next.logDeterminant) };
      }, start);
    },
    inverse: (parameters, z, pass = Pass.evaluation()) =>
      entries.reduceRight(
        (x, [name, flow]) => named(name, () => flow.inverse(parameters[name] ?? {}, x, pass.at(name))),
        z,
      ),
  };
}

/** The inverse as a net that turns noise into data: a generator `[n, d] → [n, d]`. */
export const generatorOf = <P extends Tree>(flow: Flow<P>): Module<P> => ({
  init: (key) => flow.init(key),
  state: (key) => stateOf(flow, key),
  apply: (parameters, z, pass) => flow.inverse(parameters, z, pass),
});
