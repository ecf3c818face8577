/** Langevin dynamics with a Metropolis choice after every step, which makes it exact (Roberts & Tweedie 1996). */

import { foldIn, normal, type Operand, type Tensor } from "../../engine/index.ts";
import { chosen, energyAndSlope, perChain, rowNorm, rowSum } from "./chains.ts";
import { metropolis } from "./metropolis.ts";
import type { Sampler } from "./sampler.ts";

export interface MalaOptions {
  /** Factor of the slope, positive. */
  stepSize: Operand;
  /** Samples exp(−E / temperature). */
  temperature?: Operand;
  /** The correction of the published GEBM, whose factor γ / 4 should be 1 / (4γ): accepts nearly all, variances too large. */
  published?: boolean;
}

/** Positions `[n, …]` with their energies `[n]` and slopes `[n, …]`. */
export type SlopedChains = { x: Tensor; energy: Tensor; slope: Tensor };

/**
 * Proposes the step of `langevin({ stepSize, noise: √(2 · stepSize · T) })` and accepts it with probability
 * min(1, exp(E(x)/T − E(x′)/T + ½‖ξ‖² − ½‖ξ′‖²)), where ξ is the noise of the step and ξ′ that of the step back. One
 * gradient a step: a chain keeps the one of where it stands.
 */
export function mala({
  stepSize,
  temperature = 1,
  published = false,
}: MalaOptions): Sampler<SlopedChains, "slopeNorm" | "energy" | "acceptance" | "accepted"> {
  return {
    reports: ["slopeNorm", "energy", "acceptance", "accepted"],
    init: (x, energy) => ({ x, ...energyAndSlope(energy, x) }),
    under: (state, energy) => ({ ...state, ...energyAndSlope(energy, state.x) }),
    step(key, present, energy) {
      const { x, slope } = present;
      const [eta, heat] = [perChain(stepSize, x), perChain(temperature, x)];
      const noise = normal(foldIn(key, 0), x.shape);
      const proposed = x.sub(slope.mul(eta)).add(noise.mul(eta.mul(heat).mul(2).sqrt()));
      const there = energyAndSlope(energy, proposed);

      // The step back has the noise ξ′ = d − ξ with d = (∇E(x) + ∇E(x′)) √(η / 2T). In ½‖ξ‖² − ½‖ξ′‖² = d · (ξ − d / 2)
      // nothing cancels, which matters in f32 where there are many coordinates.
      const drift = slope.add(there.slope).mul(eta.div(heat).mul(0.5).sqrt());
      const correction = published
        ? noise
            .square()
            .mul(0.5)
            .sub(drift.sub(noise).square().mul(eta.mul(heat).square().mul(0.5)))
        : drift.mul(noise.sub(drift.mul(0.5)));
      const { acceptance, accepted } = metropolis(
        foldIn(key, 1),
        present.energy,
        there.energy,
        temperature,
        rowSum(correction),
      );
      return {
        state: {
          x: chosen(accepted, proposed, x),
          energy: accepted.where(there.energy, present.energy),
          slope: chosen(accepted, there.slope, slope),
        },
        info: { slopeNorm: rowNorm(slope), energy: present.energy, acceptance, accepted: accepted.toFloat() },
        proposed,
      };
    },
  };
}
