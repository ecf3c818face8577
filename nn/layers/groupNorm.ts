/** Normalisations of each item by itself, over groups of channels, each channel, or whole rows. */

import type { Shape, Tensor } from "../../engine/index.ts";
import { showShape } from "../../engine/shape.ts";
import type { Module } from "../module.ts";
import { expectChannels, perChannel, perGroup } from "./channels.ts";
import { identity, moments, scaledAndShifted, standardised } from "./standardise.ts";
import type { AffineParameters, NormOptions } from "./standardise.ts";

const axesAfter = (x: Tensor, first: number): number[] =>
  x.shape.map((_, axis) => axis).filter((axis) => axis >= first);

/** Standardised over all axes from `first` on. */
const standardisedAfter = (x: Tensor, first: number, epsilon: number): Tensor =>
  standardised(x, moments(x, axesAfter(x, first)), epsilon);

/**
 * `x [n, channels, …]` standardised over each of `groups` groups of channels with all their places, as PyTorch's GroupNorm
 * (Wu & He 2018); one group is what JEM calls layer norm. Throws a RangeError for channels that do not divide into groups.
 */
export function groupNorm(
  groups: number,
  channels: number,
  { epsilon = 1e-5, affine = true }: NormOptions = {},
): Module<AffineParameters> {
  perGroup("groupNorm", channels, { groups });
  return {
    init: () => identity([channels], affine),
    apply(parameters, x) {
      expectChannels("groupNorm", x, channels, [2, 3, 4]);
      const y = standardisedAfter(x.reshape([x.shape[0], groups, -1]), 2, epsilon).reshape(x.shape);
      return scaledAndShifted(y, parameters, (values) => perChannel(values, x));
    },
  };
}

/** Each channel of each image `[n, channels, h, w]` standardised over its places, as PyTorch's InstanceNorm2d. */
export function instanceNorm2d(
  channels: number,
  { epsilon = 1e-5, affine = false }: NormOptions = {},
): Module<AffineParameters> {
  return {
    init: () => identity([channels], affine),
    apply(parameters, x) {
      expectChannels("instanceNorm2d", x, channels, [4]);
      return scaledAndShifted(standardisedAfter(x, 2, epsilon), parameters, (values) => perChannel(values, x));
    },
  };
}

/**
 * The last axes of `x [n, …, ...shape]` standardised together, scale and shift `[...shape]`, as PyTorch's LayerNorm (Ba et al.
 * 2016). Throws a RangeError when x does not end in that shape.
 */
export function layerNorm(
  shape: number | Shape,
  { epsilon = 1e-5, affine = true }: NormOptions = {},
): Module<AffineParameters> {
  const last: Shape = typeof shape === "number" ? [shape] : shape;
  return {
    init: () => identity(last, affine),
    apply(parameters, x) {
      const first = x.rank - last.length;
      if (first < 0 || last.some((extent, axis) => x.shape[first + axis] !== extent))
        throw new RangeError(`layerNorm: expected x to end in ${showShape(last)}, got ${x.describe()}`);
      return scaledAndShifted(standardisedAfter(x, first, epsilon), parameters);
    },
  };
}
