/** Minimisers of the energy in a sampler's place: what short-run learning makes of chains without noise. */

import { constant, grad, normal, type Operand, type Tensor } from "../../engine/index.ts";
import { adam, type AdamState } from "../../nn/index.ts";
import { energyAndSlope, perChain, rowNorm } from "./chains.ts";
import type { Chains, Sampler } from "./sampler.ts";

export interface DescentOptions {
  /** Factor of the direction, positive. */
  stepSize: Operand;
  /** Share of the last direction that is kept, in [0, 1). */
  momentum?: number;
  /** Standard deviation of the noise after each step. */
  noise?: Operand;
}

/** Positions and the directions they move against, both `[n, …]`. */
export type MovingChains = { x: Tensor; direction: Tensor };

/**
 * m ← momentum · m + (1 − momentum) ∇E(x), x ← x − stepSize · m, plus noise if any. The direction begins as the slope at the
 * start. In terms of f = −E this is the gradient ascent of the thesis.
 */
export function descent({
  stepSize,
  momentum = 0,
  noise = 0,
}: DescentOptions): Sampler<MovingChains, "slopeNorm" | "energy"> {
  return {
    reports: ["slopeNorm", "energy"],
    init: (x, energy) => ({ x, direction: grad(energy(x).sum(), x) }),
    step(key, { x, direction: last }, energy) {
      const { energy: before, slope } = energyAndSlope(energy, x);
      const direction = last.mul(momentum).add(slope.mul(1 - momentum));
      const still = x.sub(direction.mul(perChain(stepSize, x)));
      const moved = noise === 0 ? still : still.add(normal(key, x.shape).mul(perChain(noise, x)));
      return { state: { x: moved, direction }, info: { slopeNorm: rowNorm(slope), energy: before } };
    },
  };
}

export interface AdamDescentOptions {
  /** How far a coordinate moves while its slope keeps its sign, positive; the same for all chains. */
  stepSize: Operand;
  /** Shares of the running means of the slope and of its square that are kept, each in [0, 1). */
  betas?: readonly [number, number];
  /** Keeps the division finite. */
  epsilon?: number;
}

/** x ← x − stepSize · m̂ / (√v̂ + ε): Adam on the positions (Kingma & Ba 2015), with the thesis' betas by default. */
export function adamDescent({
  stepSize,
  betas = [0.5, 0.999],
  epsilon = 1e-8,
}: AdamDescentOptions): Sampler<Chains & { moments: AdamState }, "slopeNorm" | "energy"> {
  const optimizer = adam({ betas, epsilon });
  return {
    reports: ["slopeNorm", "energy"],
    init: (x) => ({ x, moments: optimizer.init(x) }),
    step(_key, { x, moments }, energy) {
      const { energy: before, slope } = energyAndSlope(energy, x);
      const rate = typeof stepSize === "number" ? constant(stepSize) : stepSize;
      const next = optimizer.update(x, slope, moments, rate);
      return {
        state: { x: next.parameters, moments: next.state },
        info: { slopeNorm: rowNorm(slope), energy: before },
      };
    },
  };
}
