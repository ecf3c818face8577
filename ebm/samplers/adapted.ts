/** Step sizes that seek an acceptance: dual averaging (Nesterov 2009; Hoffman & Gelman 2014). */

import { constant, ones, zeros, type Operand, type Tensor } from "../../engine/index.ts";
import { under, type Chains, type Report, type Sampler } from "./sampler.ts";

export interface AdaptedOptions {
  /** Step size to begin with, positive: one for all chains. */
  initial: Operand;
  /** Acceptance that is sought, in (0, 1): 0.574 is best for MALA in many dimensions, 0.651 for HMC, 0.234 for a random walk. */
  target: number;
  /** Steps after which the step size stays: as long as it moves, the chain is no Markov chain. */
  warmUp: number;
  /**
   * Largest step size; without one, as large as it takes. Where an energy is flat, as that of a net before it has learned, every step is
   * accepted, and step sizes would grow without end.
   */
  most?: Operand;
}

/** What adapts, for each chain `[n]`; `logMean` is the logarithm of the step size after warm-up. */
export type Adaptation = { iteration: Tensor; logStep: Tensor; logMean: Tensor; shortfall: Tensor };

/** Strength, delay and forgetting of Hoffman & Gelman, section 3.2.1. */
const [STRENGTH, DELAY, FORGETTING] = [0.05, 10, 0.75];

/**
 * The sampler of a family, `(stepSize [n]) => sampler`, whose step size seeks the target for `warmUp` steps and then stays. Each chain
 * seeks its own, by its own acceptance probability α, so that no chain depends on the others:
 *
 *   H ← H + (target − α − H) / (t + 10)        log ε = log 10 ε₀ − 20 √t H        log ε̄ ← log ε̄ + t^−¾ (log ε − log ε̄)
 *
 * with t = 1, 2 …; steps are taken with ε, and with ε̄ after warm-up.
 */
export function adapted<S extends Chains, R extends Report>(
  family: (stepSize: Tensor) => Sampler<S, R | "acceptance">,
  { initial, target, warmUp, most = Infinity }: AdaptedOptions,
): Sampler<S & { adaptation: Adaptation }, R | "acceptance" | "stepSize"> {
  const logOf = (size: Operand): Tensor => (typeof size === "number" ? constant(Math.log(size)) : size.log());
  const beginning = logOf(initial);
  const first = family(beginning.exp());
  return {
    reports: [...first.reports, "stepSize"],
    init(x, energy) {
      const logStep = ones([x.shape[0]]).mul(beginning);
      const adaptation = { iteration: constant(0), logStep, logMean: logStep, shortfall: zeros([x.shape[0]]) };
      return { ...first.init(x, energy), adaptation };
    },
    under: (state, energy) => ({ ...under(first, state, energy), adaptation: state.adaptation }),
    step(key, present, energy) {
      const { iteration, logStep, logMean, shortfall } = present.adaptation;
      const warm = iteration.greaterEqual(warmUp);
      const stepSize = warm.where(logMean, logStep).exp();
      const { state, info, ...rest } = family(stepSize).step(key, present, energy);
      const t = iteration.add(1);
      const missed = shortfall.add(constant(target).sub(info.acceptance).sub(shortfall).div(t.add(DELAY)));
      const free = missed
        .mul(t.sqrt())
        .div(-STRENGTH)
        .add(beginning.add(Math.log(10)));
      const sought = most === Infinity ? free : free.minimum(logOf(most));
      const weight = t.log().mul(-FORGETTING).exp();
      const adaptation: Adaptation = {
        iteration: t,
        logStep: warm.where(logStep, sought),
        logMean: warm.where(logMean, logMean.add(weight.mul(sought.sub(logMean)))),
        shortfall: missed,
      };
      return { ...rest, state: { ...state, adaptation }, info: { ...info, stepSize } };
    },
  };
}
