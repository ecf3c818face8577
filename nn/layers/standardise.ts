/** What all normalisations do: take the mean away, divide by the deviation, then scale and shift as learned. */

import { ones, zeros, type Shape, type Tensor } from "../../engine/index.ts";

/** Scale and shift, both absent where nothing is learned. */
export type AffineParameters = { weight?: Tensor; bias?: Tensor };

export interface NormOptions {
  /** Keeps the division finite. */
  epsilon?: number;
  /** Whether a scale and a shift are learned. */
  affine?: boolean;
}

/** Scale 1 and shift 0. */
export const identity = (shape: Shape, affine: boolean): AffineParameters =>
  affine ? { weight: ones(shape), bias: zeros(shape) } : {};

export interface Moments {
  mean: Tensor;
  /** Σ (x − mean)² / count: biased. */
  variance: Tensor;
}

/** Mean and variance over some axes, which stay with extent 1. */
export function moments(x: Tensor, axes: readonly number[]): Moments {
  const mean = x.mean(axes, { keepDims: true });
  return { mean, variance: x.sub(mean).square().mean(axes, { keepDims: true }) };
}

/** (x − mean) / √(variance + ε) */
export const standardised = (x: Tensor, { mean, variance }: Moments, epsilon: number): Tensor =>
  x.sub(mean).div(variance.add(epsilon).sqrt());

/** weight · x + bias, both brought to a shape that broadcasts against x. */
export function scaledAndShifted(
  x: Tensor,
  { weight, bias }: AffineParameters,
  placed: (values: Tensor) => Tensor = (values) => values,
): Tensor {
  const scaled = weight === undefined ? x : x.mul(placed(weight));
  return bias === undefined ? scaled : scaled.add(placed(bias));
}
