/** Langevin dynamics with a velocity: underdamped, in the splittings of Leimkuhler & Matthews (2013). */

import { normal, zerosLike, type Key, type Operand, type Tensor } from "../../engine/index.ts";
import { energyAndSlope, perChain, rowNorm } from "./chains.ts";
import type { SlopedChains } from "./mala.ts";
import type { Sampler } from "./sampler.ts";

export interface KineticLangevinOptions {
  /** Time of a step, positive; 2√γ in GEBM's terms. */
  stepSize: Operand;
  /** Rate at which a velocity is forgotten, positive; GEBM's κ. */
  friction: Operand;
  /** Samples about exp(−E / temperature). */
  temperature?: Operand;
  /** The order of the parts; GEBM's is ABOBA. */
  scheme?: "BAOAB" | "ABOBA";
}

/** Positions and velocities, both `[n, …]`. */
export type KineticChains = { x: Tensor; velocity: Tensor };

/**
 * dx = v dt, dv = −∇E dt − friction · v dt + √(2 · friction · T) dW, starting at rest. A step is made of exact parts: A moves,
 * B pulls, O forgets:
 *
 *   A   x ← x + ½h v        B   v ← v − ½h ∇E(x)        O   v ← C v + √(T (1 − C²)) N(0, 1), C = exp(−friction · h)
 *
 * There is no Metropolis choice. On a Gaussian of stiffness k, h²k < 4, both orders leave positions with their exact variance
 * T / k; velocities have T (1 − h²k/4) in BAOAB and T / (1 − h²k/4) in ABOBA. Elsewhere the bias is of the order h². One gradient
 * a step; ABOBA reports its energy and slope from the middle of the step.
 */
export function kineticLangevin(options: KineticLangevinOptions): Sampler<KineticChains, "slopeNorm" | "energy"> {
  const { stepSize, friction, temperature = 1, scheme = "BAOAB" } = options;
  const move = (x: Tensor, velocity: Tensor) => x.add(velocity.mul(perChain(stepSize, x).mul(0.5)));
  const pull = (velocity: Tensor, slope: Tensor) => velocity.sub(slope.mul(perChain(stepSize, slope).mul(0.5)));
  const forget = (key: Key, velocity: Tensor) => {
    const exponent = perChain(friction, velocity).mul(perChain(stepSize, velocity)).neg();
    const spread = exponent.mul(2).expm1().neg().mul(perChain(temperature, velocity)).sqrt();
    return velocity.mul(exponent.exp()).add(normal(key, velocity.shape).mul(spread));
  };
  const aboba: Sampler<KineticChains, "slopeNorm" | "energy"> = {
    reports: ["slopeNorm", "energy"],
    init: (x) => ({ x, velocity: zerosLike(x) }),
    step(key, { x, velocity }, energy) {
      const middle = move(x, velocity);
      const there = energyAndSlope(energy, middle);
      const after = pull(forget(key, pull(velocity, there.slope)), there.slope);
      return {
        state: { x: move(middle, after), velocity: after },
        info: { slopeNorm: rowNorm(there.slope), energy: there.energy },
      };
    },
  };
  const baoab: Sampler<KineticChains & SlopedChains, "slopeNorm" | "energy"> = {
    reports: ["slopeNorm", "energy"],
    init: (x, energy) => ({ x, velocity: zerosLike(x), ...energyAndSlope(energy, x) }),
    under: (state, energy) => ({ ...state, ...energyAndSlope(energy, state.x) }),
    step(key, present, energy) {
      const before = pull(present.velocity, present.slope);
      const middle = move(present.x, before);
      const forgetful = forget(key, before);
      const x = move(middle, forgetful);
      const there = energyAndSlope(energy, x);
      return {
        state: { x, velocity: pull(forgetful, there.slope), ...there },
        info: { slopeNorm: rowNorm(present.slope), energy: present.energy },
      };
    },
  };
  return scheme === "ABOBA" ? aboba : baoab;
}
