/** Activation normalisation: a scale and a shift per channel that begin by standardising one batch. */

import { div, ones, zeros, type Tensor } from "../../engine/index.ts";
import type { Module } from "../module.ts";
import { Pass } from "../pass.ts";
import { allButChannels, expectChannels, perChannel } from "./channels.ts";
import { moments } from "./standardise.ts";

export type ActNormParameters = { loc: Tensor; scale: Tensor };

/**
 * scale · (x + loc) for `x [n, channels]` or `[n, channels, h, w]`, both `[channels]`; a calibration sets loc = −mean and
 * scale = 1/(deviation + 10⁻⁶), the deviation dividing by count − 1 (Kingma & Dhariwal 2018). From then on they are learned
 * like any parameter, and no statistics are used. Throws a RangeError for another shape.
 */
export function actNorm(channels: number): Module<ActNormParameters> {
  return {
    init: () => ({ loc: zeros([channels]), scale: ones([channels]) }),
    apply(parameters, x, pass = Pass.evaluation()) {
      expectChannels("actNorm", x, channels, [2, 4]);
      const { loc, scale } = pass.calibrating ? calibrated(x, pass) : parameters;
      return x.add(perChannel(loc, x)).mul(perChannel(scale, x));
    },
  };
}

/** The parameters that standardise a batch. */
function calibrated(x: Tensor, pass: Pass): ActNormParameters {
  const axes = allButChannels(x);
  const { mean, variance } = moments(x, axes);
  const count = x.size / x.shape[1];
  const deviation = variance.mul(count / (count - 1)).sqrt();
  const [loc, scale] = [mean.neg(), div(1, deviation.add(1e-6))].map((values) => values.reshape([x.shape[1]]));
  pass.calibrate("loc", loc);
  pass.calibrate("scale", scale);
  return { loc, scale };
}
