/** The large perceptrons of VERA, for tables and flat images: an energy and a generator. */

import { flatten, leakyRelu, softplus } from "../layers/activations.ts";
import { batchNorm1d } from "../layers/batchNorm.ts";
import { linear } from "../layers/linear.ts";
import { weightNorm } from "../layers/weightNorm.ts";
import { sequential, type Module } from "../module.ts";
import { outputLayer, type Output } from "./output.ts";

export interface LargeMlpEnergyOptions {
  /** Numbers in an item. */
  dimensions: number;
  outputs?: number;
  /** Whether all layers but the last are weight-normalised; published so for images, and not for tables. */
  weightNormed?: boolean;
  /** Features of the hidden layers. */
  hidden?: readonly number[];
}

/**
 * `[n, …] → [n, outputs]`: seven linear layers, leaky relu of slope 0.2. For 784 numbers 1 789 751 parameters, 1 787 001 without
 * weight norm.
 */
export function largeMlpEnergy({
  dimensions,
  outputs = 1,
  weightNormed = true,
  hidden = [1000, 500, 500, 250, 250, 250],
}: LargeMlpEnergyOptions): Module {
  const layers = hidden.flatMap((width, index) => {
    const layer = linear(index === 0 ? dimensions : hidden[index - 1], width);
    return [weightNormed ? weightNorm(layer) : layer, leakyRelu(0.2)];
  });
  return sequential(flatten(), ...layers, linear(hidden.at(-1) ?? dimensions, outputs));
}

export interface LargeMlpGeneratorOptions {
  /** Numbers in a latent. */
  latents: number;
  /** Numbers in an item. */
  dimensions: number;
  output?: Output;
  /** Features of the three hidden layers. */
  hidden?: number;
}

/**
 * `[n, latents] → [n, dimensions]`: four linear layers, batch norm and softplus after the first three, which have no bias.
 * Published with tanh for images in [−1, 1], sigmoid for [0, 1], and neither for tables.
 */
export function largeMlpGenerator({
  latents,
  dimensions,
  output = "tanh",
  hidden = 500,
}: LargeMlpGeneratorOptions): Module {
  const layer = (inputs: number) => [linear(inputs, hidden, { bias: false }), batchNorm1d(hidden), softplus()];
  return sequential(
    ...layer(latents),
    ...layer(hidden),
    ...layer(hidden),
    linear(hidden, dimensions),
    outputLayer(output),
  );
}
