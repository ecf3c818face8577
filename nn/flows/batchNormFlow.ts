/** Batch normalisation as a flow: its statistics count as constants of the map. */

import { ones, zeros, type Tensor } from "../../engine/index.ts";
import { moments } from "../layers/standardise.ts";
import { Pass } from "../pass.ts";
import type { Flow } from "./flow.ts";

export interface BatchNormFlowOptions {
  /** The share of the batch in the running statistics at each training pass, in [0, 1]. */
  momentum: number;
  /** Whether the variance divides by count − 1. */
  unbiased?: boolean;
  /** Keeps the division finite. */
  epsilon?: number;
}

type Parameters = { log_gamma: Tensor; beta: Tensor };

/**
 * z = exp(log_gamma) (x − mean)/√(variance + ε) + beta, by the moments of the batch in training and by the running ones, which
 * are state, in evaluation and in the inverse (Dinh et al. 2017).
 */
export function batchNormFlow(
  dimensions: number,
  { momentum, unbiased = false, epsilon = 1e-5 }: BatchNormFlowOptions,
): Flow<Parameters> {
  const remembered = (pass: Pass) => ({ mean: pass.recall("running_mean"), variance: pass.recall("running_var") });
  const ofBatch = (x: Tensor, pass: Pass) => {
    const { mean, variance } = moments(x, [0]);
    const [count] = x.shape;
    const used = {
      mean: mean.reshape([dimensions]),
      variance: variance.reshape([dimensions]).mul(unbiased ? count / (count - 1) : 1),
    };
    const before = remembered(pass);
    const towards = (old: Tensor, now: Tensor) => old.mul(1 - momentum).add(now.mul(momentum));
    pass.remember("running_mean", towards(before.mean, used.mean));
    pass.remember("running_var", towards(before.variance, used.variance));
    return used;
  };
  return {
    init: () => ({ log_gamma: zeros([dimensions]), beta: zeros([dimensions]) }),
    state: () => ({ running_mean: zeros([dimensions]), running_var: ones([dimensions]) }),
    forward({ log_gamma, beta }, x, pass = Pass.evaluation()) {
      const { mean, variance } = pass.training ? ofBatch(x, pass) : remembered(pass);
      const spread = variance.add(epsilon);
      return {
        z: x.sub(mean).div(spread.sqrt()).mul(log_gamma.exp()).add(beta),
        logDeterminant: log_gamma.sub(spread.log().mul(0.5)).sum().broadcast([x.shape[0]]),
      };
    },
    inverse({ log_gamma, beta }, z, pass = Pass.evaluation()) {
      const { mean, variance } = remembered(pass);
      return z.sub(beta).mul(log_gamma.neg().exp()).mul(variance.add(epsilon).sqrt()).add(mean);
    },
  };
}
