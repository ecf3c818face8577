/** Unadjusted Langevin dynamics, with step size and noise apart. */

import { div, normal, type Operand } from "../../engine/index.ts";
import { energyAndSlope, perChain, rowNorm } from "./chains.ts";
import type { Chains, Sampler } from "./sampler.ts";

export interface LangevinOptions<Option extends Operand = Operand> {
  /** Factor of the slope, positive. */
  stepSize: Option;
  /** Standard deviation of the noise; 0 for descent, the limit of temperature 0. */
  noise: Option;
  /** The longest a chain's slope may be before it is shortened to that; without, as long as it is. */
  clip?: number;
}

/**
 * x ← x − stepSize · ∇E(x) + noise · N(0, 1). True Langevin dynamics has stepSize = noise² / 2; most publications on EBMs
 * use far more, which samples at the temperature noise² / (2 · stepSize). On a Gaussian of stiffness k the variance comes to
 * rest at (T / k) / (1 − stepSize · k / 2).
 */
export function langevin({
  stepSize,
  noise,
  clip = Infinity,
}: LangevinOptions): Sampler<Chains, "slopeNorm" | "energy"> {
  return {
    reports: ["slopeNorm", "energy"],
    init: (x) => ({ x }),
    step(key, { x }, energy) {
      const { energy: before, slope } = energyAndSlope(energy, x);
      const length = rowNorm(slope);
      // Of a slope of 0 the factor is 1; a device need not divide by 0.
      const kept = clip === Infinity ? slope : slope.mul(perChain(div(clip, length.maximum(1e-30)).minimum(1), x));
      const drifted = x.sub(kept.mul(perChain(stepSize, x)));
      const moved = noise === 0 ? drifted : drifted.add(normal(key, x.shape).mul(perChain(noise, x)));
      return { state: { x: moved }, info: { slopeNorm: length, energy: before } };
    },
  };
}

/** The temperature that a step size and a noise amount to: p(x) ∝ exp(−E(x) / T). */
export const temperatureOf = ({ stepSize, noise }: LangevinOptions<number>): number => noise ** 2 / (2 * stepSize);

/**
 * The Langevin step of ebm-anatomy, for a net f that was trained with the noise `trained`. It reads f as the energy
 * U = f / T with T = factor · trained² / 2 and takes x ← x − (noise² / 2) ∇U + noise · N(0, 1); so it follows f with the
 * step size noise² / (2 T), which is 1 for the noise of the training and factor 1 (Nijkamp et al. 2020).
 */
export function anatomyStep(trained: number, { noise = trained, factor = 1 } = {}): LangevinOptions<number> {
  const temperature = (factor * trained ** 2) / 2;
  return { stepSize: noise ** 2 / (2 * temperature), noise };
}
