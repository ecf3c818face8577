/** Couplings: some coordinates stay, and decide how the others are moved. */

import { chunk, concat, iota, tile, zerosLike, type Tensor, type Tree } from "../../engine/index.ts";
import { relu, tanh } from "../layers/activations.ts";
import { linear } from "../layers/linear.ts";
import { composed, gathered, sequential, type Module } from "../module.ts";
import type { Flow } from "./flow.ts";

export interface AffineCouplingOptions {
  /** Features of the two hidden layers of both nets. */
  hidden: number;
  /** Which coordinates stay: those with an even index or those with an odd one. */
  stay: "even" | "odd";
}

/**
 * z = x · exp(s(x')) + t(x') where x' is x with zeros for what moves, and s and t are zero for what stays (Dinh et al. 2017).
 * Tanh in `scale_net`, relu in `translate_net`.
 */
export function affineCoupling(
  dimensions: number,
  { hidden, stay }: AffineCouplingOptions,
): Flow<Record<string, Tree>> {
  const net = (act: Module) =>
    sequential(linear(dimensions, hidden), act, linear(hidden, hidden), act, linear(hidden, dimensions));
  const nets = { scale_net: net(tanh()), translate_net: net(relu()) };
  const odd = tile(iota([2]), Math.ceil(dimensions / 2))
    .slice([[0, dimensions]])
    .toFloat();
  const even = odd.neg().add(1);
  const [stays, moves] = stay === "odd" ? [odd, even] : [even, odd];
  const read = (parameters: Record<string, Tree>, x: Tensor) => {
    const kept = x.mul(stays);
    const of = (name: keyof typeof nets) => nets[name].apply(parameters[name] as Record<string, Tree>, kept).mul(moves);
    return { logScale: of("scale_net"), shift: of("translate_net") };
  };
  return {
    ...gathered(nets),
    forward(parameters, x) {
      const { logScale, shift } = read(parameters, x);
      return { z: x.mul(logScale.exp()).add(shift), logDeterminant: logScale.sum(1) };
    },
    inverse(parameters, z) {
      const { logScale, shift } = read(parameters, z);
      return z.sub(shift).mul(logScale.neg().exp());
    },
  };
}

export interface AdditiveCouplingOptions {
  /** Features of the four hidden layers. */
  hidden: number;
  /** Which half moves. */
  moves: "first" | "second";
}

/**
 * One half of the coordinates is shifted by a net of the other half, which keeps volumes (Dinh et al. 2015). Softplus between
 * the layers `dense1` … `dense5`. Throws a RangeError for an odd number of dimensions.
 */
export function additiveCoupling(dimensions: number, { hidden, moves }: AdditiveCouplingOptions): Flow {
  if (dimensions % 2 !== 0) throw new RangeError(`additiveCoupling: dimensions must be even, got ${dimensions}`);
  const half = dimensions / 2;
  const net = composed(
    {
      dense1: linear(half, hidden),
      dense2: linear(hidden, hidden),
      dense3: linear(hidden, hidden),
      dense4: linear(hidden, hidden),
      dense5: linear(hidden, half),
    },
    (part, x) => {
      const features = [part.dense1, part.dense2, part.dense3, part.dense4];
      return part.dense5(features.reduce((y, dense) => dense(y).softplus(), x));
    },
  );
  const shift = (parameters: Tree, x: Tensor): Tensor => {
    const [first, second] = chunk(x, 2, 1);
    const by = net.apply(parameters as Record<string, Tree>, moves === "first" ? second : first);
    return concat(moves === "first" ? [by, zerosLike(second)] : [zerosLike(first), by], 1);
  };
  return {
    init: (key) => net.init(key),
    forward: (parameters, x) => ({ z: x.add(shift(parameters, x)), logDeterminant: zerosLike(x).sum(1) }),
    inverse: (parameters, z) => z.sub(shift(parameters, z)),
  };
}
