/** Initial values of weights. */

import { uniform, type Key, type Shape, type Tensor } from "../engine/index.ts";

/**
 * PyTorch's default for linear and convolutional layers, weight and bias alike: uniform on ±1/√fanIn, where fanIn is the
 * number of inputs that one output sums (He et al. 2015 with a = √5).
 */
export function defaultUniform(key: Key, shape: Shape, fanIn: number): Tensor {
  const bound = 1 / Math.sqrt(fanIn);
  return uniform(key, shape, -bound, bound);
}
