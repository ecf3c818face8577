/** Hamiltonian Monte Carlo with mass 1 (Duane et al. 1987; Neal 2011). */

import { foldIn, loop, normal, type Operand } from "../../engine/index.ts";
import { chosen, energyAndSlope, perChain, rowNorm, rowSum } from "./chains.ts";
import { metropolis } from "./metropolis.ts";
import type { SlopedChains } from "./mala.ts";
import type { Sampler } from "./sampler.ts";

export interface HmcOptions {
  /** Time of a leapfrog step, positive. */
  stepSize: Operand;
  /** Leapfrog steps before each choice; with one it is `mala` of step size `stepSize`² / 2. */
  leapfrogs?: number;
  /** Samples exp(−E / temperature). */
  temperature?: Operand;
  /** The published GEBM, which goes on with the slope of a proposal that it has rejected. Its h = 2√γ, its leapfrogs 2. */
  published?: boolean;
}

/**
 * Draws a momentum v ~ N(0, T), takes leapfrog steps v ← v − ½h ∇E(x), x ← x + h v, v ← v − ½h ∇E(x), and accepts where they
 * lead with probability min(1, exp((H − H′) / T)), H = E(x) + ½‖v‖². One gradient a leapfrog step.
 */
export function hmc({
  stepSize,
  leapfrogs = 1,
  temperature = 1,
  published = false,
}: HmcOptions): Sampler<SlopedChains, "slopeNorm" | "energy" | "acceptance" | "accepted"> {
  return {
    reports: ["slopeNorm", "energy", "acceptance", "accepted"],
    init: (x, energy) => ({ x, ...energyAndSlope(energy, x) }),
    under: (state, energy) => ({ ...state, ...energyAndSlope(energy, state.x) }),
    step(key, present, energy) {
      const { x, slope } = present;
      const [h, heat] = [perChain(stepSize, x), perChain(temperature, x)];
      const momentum = normal(foldIn(key, 0), x.shape).mul(heat.sqrt());
      const end = loop(
        leapfrogs,
        (_i, { x, momentum, slope }) => {
          const halfway = momentum.sub(slope.mul(h.mul(0.5)));
          const moved = x.add(halfway.mul(h));
          const there = energyAndSlope(energy, moved);
          return { x: moved, momentum: halfway.sub(there.slope.mul(h.mul(0.5))), ...there };
        },
        { x, momentum, slope, energy: present.energy },
      );

      // ½‖v‖² − ½‖v′‖² as a product, because the two are large and nearly equal.
      const kinetic = rowSum(momentum.sub(end.momentum).mul(momentum.add(end.momentum)).div(heat.mul(2)));
      const { acceptance, accepted } = metropolis(foldIn(key, 1), present.energy, end.energy, temperature, kinetic);
      return {
        state: {
          x: chosen(accepted, end.x, x),
          energy: accepted.where(end.energy, present.energy),
          slope: published ? end.slope : chosen(accepted, end.slope, slope),
        },
        info: { slopeNorm: rowNorm(slope), energy: present.energy, acceptance, accepted: accepted.toFloat() },
        proposed: end.x,
      };
    },
  };
}
