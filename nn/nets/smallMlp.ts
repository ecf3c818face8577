/** The small perceptrons of VERA, for points in the plane: an energy and a generator. */

import { leakyRelu, relu } from "../layers/activations.ts";
import { batchNorm1d } from "../layers/batchNorm.ts";
import { linear } from "../layers/linear.ts";
import { headed, sequential, type Headed, type Module } from "../module.ts";

export interface SmallMlpOptions {
  /** Numbers in an item. */
  dimensions?: number;
  /** Features of the two hidden layers. */
  hidden?: number;
}

/** `[n, dimensions] → [n, outputs]`: three linear layers, leaky relu of slope 0.2 if nothing else. 10 501 parameters by default. */
export function smallMlpEnergy({
  dimensions = 2,
  hidden = 100,
  outputs = 1,
  activation: act = leakyRelu(0.2),
}: SmallMlpOptions & { outputs?: number; activation?: Module } = {}): Headed {
  const trunk = [linear(dimensions, hidden), act, linear(hidden, hidden), act];
  return headed(sequential(...trunk, linear(hidden, outputs)), sequential(...trunk));
}

/**
 * `[n, latents] → [n, dimensions]`: three linear layers, batch norm and relu after the first two, which have no bias. 10 802
 * parameters by default.
 */
export function smallMlpGenerator({
  latents = 2,
  dimensions = 2,
  hidden = 100,
}: SmallMlpOptions & { latents?: number } = {}): Module {
  const layer = (inputs: number) => [linear(inputs, hidden, { bias: false }), batchNorm1d(hidden), relu()];
  return sequential(...layer(latents), ...layer(hidden), linear(hidden, dimensions));
}
