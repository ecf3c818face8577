/** Metropolis-Hastings whose proposals do not look at where the chain stands (Hastings 1970; Tierney 1994). */

import { foldIn, normal, type Key, type Operand, type Shape, type Tensor } from "../../engine/index.ts";
import { gaussian, type Energy } from "../energy.ts";
import type { Start } from "../starts/index.ts";
import { chosen } from "./chains.ts";
import { metropolis } from "./metropolis.ts";
import type { WeighedChains } from "./randomWalk.ts";
import type { Sampler } from "./sampler.ts";

/** A distribution to draw from whose density is known: q(x) ∝ exp(−energy(x)). */
export interface Proposal {
  draw(key: Key, shape: Shape): Tensor;
  energy: Energy;
}

/** N(0, scale²) in every coordinate. */
export const normalProposal = (scale = 1): Proposal => ({
  draw: (key, shape) => normal(key, shape).mul(scale),
  energy: gaussian(scale),
});

/** Draws of a start that needs neither data nor a memory, whose density the caller knows. */
export const startProposal = (start: Start, energy: Energy): Proposal => ({
  draw: (key, shape) =>
    start.draw(
      key,
      shape,
      () => {
        throw new TypeError("startProposal: a start that draws from data has no density of its own");
      },
      null,
    ).x,
  energy,
});

export interface IndependentOptions {
  proposal?: Proposal;
  /** Samples exp(−E / temperature). */
  temperature?: Operand;
}

/**
 * Proposes x′ ~ q and accepts it with probability min(1, p(x′) q(x) / (p(x) q(x′))), p ∝ exp(−E / T). For GEBM's latents, whose energy
 * holds that of q itself, this depends on the energy of G(z) alone.
 */
export function independent({ proposal = normalProposal(), temperature = 1 }: IndependentOptions = {}): Sampler<
  WeighedChains,
  "energy" | "acceptance" | "accepted"
> {
  return {
    reports: ["energy", "acceptance", "accepted"],
    init: (x, energy) => ({ x, energy: energy(x) }),
    under: (state, energy) => ({ ...state, energy: energy(state.x) }),
    step(key, present, energy) {
      const { x } = present;
      const proposed = proposal.draw(foldIn(key, 0), x.shape);
      const there = energy(proposed);
      const correction = proposal.energy(proposed).sub(proposal.energy(x));
      const { acceptance, accepted } = metropolis(foldIn(key, 1), present.energy, there, temperature, correction);
      return {
        state: { x: chosen(accepted, proposed, x), energy: accepted.where(there, present.energy) },
        info: { energy: present.energy, acceptance, accepted: accepted.toFloat() },
        proposed,
      };
    },
  };
}
