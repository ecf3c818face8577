/** Batch normalisation (Ioffe & Szegedy 2015). */

import { ones, zeros, type Tensor } from "../../engine/index.ts";
import type { Module } from "../module.ts";
import { Pass } from "../pass.ts";
import { allButChannels, expectChannels, perChannel } from "./channels.ts";
import { identity, moments, scaledAndShifted, standardised, type AffineParameters } from "./standardise.ts";
import type { Moments, NormOptions } from "./standardise.ts";

export interface BatchNormOptions extends NormOptions {
  /** The share of the batch in the running statistics at each training pass, in [0, 1]. */
  momentum?: number;
  /** Whether statistics are remembered, and used in evaluation; else those of the batch are used there too. */
  track?: boolean;
}

/** Each channel of `x [n, features]` or `[n, features, l]` standardised over the batch, as PyTorch's BatchNorm1d. */
export const batchNorm1d = (features: number, options: BatchNormOptions = {}): Module<AffineParameters> =>
  batchNorm("batchNorm1d", features, [2, 3], options);

/** Each channel of `x [n, features, h, w]` standardised over batch and places, as PyTorch's BatchNorm2d. */
export const batchNorm2d = (features: number, options: BatchNormOptions = {}): Module<AffineParameters> =>
  batchNorm("batchNorm2d", features, [4], options);

/**
 * In training by the moments of the batch, and gradients pass through them; in evaluation by the running ones, which are
 * state: `running_mean`, and `running_var` with the variance that divides by count − 1. Throws a RangeError for another
 * shape, and in training for a single value per channel, which has no variance.
 */
function batchNorm(
  name: string,
  features: number,
  ranks: readonly number[],
  { momentum = 0.1, epsilon = 1e-5, affine = true, track = true }: BatchNormOptions,
): Module<AffineParameters> {
  const remembered = (pass: Pass, x: Tensor): Moments => ({
    mean: perChannel(pass.recall("running_mean"), x),
    variance: perChannel(pass.recall("running_var"), x),
  });
  const remember = (pass: Pass, { mean, variance }: Moments, count: number) => {
    const towards = (statistic: string, value: Tensor) =>
      pass.remember(
        statistic,
        pass
          .recall(statistic)
          .mul(1 - momentum)
          .add(value.reshape([features]).mul(momentum)),
      );
    towards("running_mean", mean);
    towards("running_var", variance.mul(count / (count - 1)));
  };
  return {
    init: () => identity([features], affine),
    ...(track && { state: () => ({ running_mean: zeros([features]), running_var: ones([features]) }) }),
    apply(parameters, x, pass = Pass.evaluation()) {
      expectChannels(name, x, features, ranks);
      const count = x.size / features;
      if (pass.training && count < 2)
        throw new RangeError(`${name}: more than one value per channel in training, got ${x.describe()}`);
      const ofBatch = pass.training || !track;
      const used = ofBatch ? moments(x, allButChannels(x)) : remembered(pass, x);
      if (pass.training && track) remember(pass, used, count);
      return scaledAndShifted(standardised(x, used, epsilon), parameters, (values) => perChannel(values, x));
    },
  };
}
