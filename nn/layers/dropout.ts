/** Dropout: a random share of the values is left out in training. */

import { uniform, type Shape, type Tensor } from "../../engine/index.ts";
import { stateless, type Module } from "../module.ts";
import type { Pass } from "../pass.ts";

/**
 * In training each value is 0 with probability `rate`, else divided by 1 − rate; in evaluation it is as it was (Srivastava et al.
 * 2014). The training pass needs a key. Throws a RangeError for a rate outside [0, 1).
 */
export function dropout(rate: number): Module {
  expectRate("dropout", rate);
  return stateless((x, pass) => thinned(x, rate, x.shape, pass));
}

/** As `dropout`, but whole channels of `x [n, c, h, w]` go or stay (Tompson et al. 2015). */
export function dropout2d(rate: number): Module {
  expectRate("dropout2d", rate);
  return stateless((x, pass) => thinned(x, rate, [x.shape[0], x.shape[1], 1, 1], pass));
}

/** x with a share of itself at 0 and the rest enlarged, decided once for each element of a shape that broadcasts to it. */
function thinned(x: Tensor, rate: number, deciding: Shape, pass: Pass): Tensor {
  if (!pass.training || rate === 0) return x;
  const kept = uniform(pass.key(), deciding).greaterEqual(rate).toFloat();
  return x.mul(kept.mul(1 / (1 - rate)));
}

function expectRate(where: string, rate: number): void {
  if (!(rate >= 0 && rate < 1)) throw new RangeError(`${where}: the rate is in [0, 1), got ${rate}`);
}
