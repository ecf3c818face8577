/** Unadjusted Langevin dynamics, with step size and noise apart. */

import { grad, normal, type Tensor } from "../../engine/index.ts";
import type { Sampler } from "./sampler.ts";

export interface LangevinOptions {
  /** Factor of the slope, positive. */
  stepSize: number;
  /** Standard deviation of the noise, 0 for descent. */
  noise: number;
}

/**
 * x ← x − stepSize · ∇E(x) + noise · N(0, 1). True Langevin dynamics has stepSize = noise² / 2; most publications on EBMs
 * use far more, which samples at the temperature noise² / (2 · stepSize).
 */
export function langevin({ stepSize, noise }: LangevinOptions): Sampler {
  return {
    init: (x) => ({ x }),
    step(key, { x }, energy) {
      const slope = grad(energy(x).sum(), x);
      const drifted = x.sub(slope.mul(stepSize));
      const moved = noise === 0 ? drifted : drifted.add(normal(key, x.shape).mul(noise));
      return { state: { x: moved }, info: { slopeNorm: rowNorm(slope) } };
    },
  };
}

/** The temperature that a step size and a noise amount to: p(x) ∝ exp(−E(x) / T). */
export const temperatureOf = ({ stepSize, noise }: LangevinOptions): number => noise ** 2 / (2 * stepSize);

/** The L2 norm of each row: `[n, …] → [n]`. */
export const rowNorm = (x: Tensor): Tensor => x.flatten(1).square().sum(1).sqrt();
