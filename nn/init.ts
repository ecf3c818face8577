/** Where weights and biases begin: the published distributions, as values that a layer takes in its options. */

import { normal as standardNormal, ones, uniform, zeros as allZeros } from "../engine/index.ts";
import type { Key, Shape, Tensor } from "../engine/index.ts";

/** How many numbers one output sums, and how many outputs one input adds to. */
export interface Fans {
  readonly fanIn: number;
  readonly fanOut: number;
}

/** Draws a weight or a bias of some shape; the fans are those of the layer's weight, for both. */
export type Initializer = (key: Key, shape: Shape, fans: Fans) => Tensor;

/**
 * The fans of a weight `[a, b, …taps]`: fanIn = b · taps, fanOut = a · taps. PyTorch counts so for transposed convolutions
 * too, whose weight is `[inputs, outputs, …]`: there the two names are exchanged.
 */
export function fansOf([outputs, inputs, ...taps]: Shape): Fans {
  const window = taps.reduce((product, extent) => product * extent, 1);
  return { fanIn: inputs * window, fanOut: outputs * window };
}

/** Uniform on ±1/√fanIn: PyTorch's default for the weights and biases of linear and convolutional layers. */
export const defaultUniform: Initializer = (key, shape, { fanIn }) => within(key, shape, 1 / Math.sqrt(fanIn));

/** Uniform with the variance 2 gain²/(fanIn + fanOut) (Glorot & Bengio 2010). */
export const xavierUniform =
  (gain = 1): Initializer =>
  (key, shape, { fanIn, fanOut }) =>
    within(key, shape, gain * Math.sqrt(6 / (fanIn + fanOut)));

/** Normal with the variance 2 gain²/(fanIn + fanOut) (Glorot & Bengio 2010). */
export const xavierNormal =
  (gain = 1): Initializer =>
  (key, shape, { fanIn, fanOut }) =>
    standardNormal(key, shape).mul(gain * Math.sqrt(2 / (fanIn + fanOut)));

export interface KaimingOptions {
  /** The slope where negative of the leaky relu that follows; 0 for relu. */
  leak?: number;
  /** Which sizes are kept through the layers: of the values ("fanIn") or of the slopes ("fanOut"). */
  fan?: keyof Fans;
}

const kaimingVariance = (fans: Fans, { leak = 0, fan = "fanIn" }: KaimingOptions): number =>
  2 / ((1 + leak ** 2) * fans[fan]);

/** Uniform with the variance 2/((1 + leak²) fan) (He et al. 2015). */
export const kaimingUniform =
  (options: KaimingOptions = {}): Initializer =>
  (key, shape, fans) =>
    within(key, shape, Math.sqrt(3 * kaimingVariance(fans, options)));

/** Normal with the variance 2/((1 + leak²) fan) (He et al. 2015). */
export const kaimingNormal =
  (options: KaimingOptions = {}): Initializer =>
  (key, shape, fans) =>
    standardNormal(key, shape).mul(Math.sqrt(kaimingVariance(fans, options)));

/** Normal with a standard deviation and a mean of one's own. */
export const normal =
  (deviation: number, mean = 0): Initializer =>
  (key, shape) =>
    standardNormal(key, shape).mul(deviation).add(mean);

/** The same number everywhere. */
export const constant =
  (value: number): Initializer =>
  (_key, shape) =>
    ones(shape).mul(value);

/** 0 everywhere. */
export const zeros: Initializer = (_key, shape) => allZeros(shape);

const within = (key: Key, shape: Shape, bound: number): Tensor => uniform(key, shape, -bound, bound);
