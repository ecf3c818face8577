/** Random-walk Metropolis, which needs no slope (Metropolis et al. 1953). */

import { foldIn, normal, type Operand, type Tensor } from "../../engine/index.ts";
import { chosen, perChain } from "./chains.ts";
import { metropolis } from "./metropolis.ts";
import type { Sampler } from "./sampler.ts";

export interface RandomWalkOptions {
  /** Standard deviation of a proposal in each coordinate, positive; √γ in GEBM's terms. */
  scale: Operand;
  /** Samples exp(−E / temperature). */
  temperature?: Operand;
}

/** Positions `[n, …]` with their energies `[n]`. */
export type WeighedChains = { x: Tensor; energy: Tensor };

/** Proposes x′ = x + scale · N(0, 1) and accepts it with probability min(1, exp((E(x) − E(x′)) / T)). */
export function randomWalk({
  scale,
  temperature = 1,
}: RandomWalkOptions): Sampler<WeighedChains, "energy" | "acceptance" | "accepted"> {
  return {
    reports: ["energy", "acceptance", "accepted"],
    init: (x, energy) => ({ x, energy: energy(x) }),
    under: (state, energy) => ({ ...state, energy: energy(state.x) }),
    step(key, present, energy) {
      const { x } = present;
      const proposed = x.add(normal(foldIn(key, 0), x.shape).mul(perChain(scale, x)));
      const there = energy(proposed);
      const { acceptance, accepted } = metropolis(foldIn(key, 1), present.energy, there, temperature);
      return {
        state: { x: chosen(accepted, proposed, x), energy: accepted.where(there, present.energy) },
        info: { energy: present.energy, acceptance, accepted: accepted.toFloat() },
        proposed,
      };
    },
  };
}
