/** The choice between where a chain stands and a proposal (Metropolis et al. 1953; Hastings 1970). */

import { uniform, type Key, type Operand, type Tensor } from "../../engine/index.ts";
import { perChain } from "./chains.ts";

export interface Choice {
  /** Probability with which each chain takes its proposal, `[n]`. */
  acceptance: Tensor;
  /** Whether it does: bool `[n]`. */
  accepted: Tensor;
}

/**
 * Accepts with probability min(1, exp((before − after) / T + correction)): energies where the chains stand and where they would go,
 * and the logarithm of how much likelier the way back is to be proposed, all `[n]`. A proposal whose energy or correction is
 * infinite or not a number is rejected. A chain that stands where its energy is so, which only a start can do, takes the first
 * one that is not.
 */
export function metropolis(
  key: Key,
  before: Tensor,
  after: Tensor,
  temperature: Operand = 1,
  correction?: Tensor,
): Choice {
  const gain = before.isFinite().where(before.sub(after).div(perChain(temperature, before)), 0);
  const logRatio = correction === undefined ? gain : gain.add(correction);
  const possible = after.isFinite().and(logRatio.isFinite());
  const acceptance = possible.where(logRatio.minimum(0).exp(), 0);
  return { acceptance, accepted: uniform(key, before.shape).less(acceptance) };
}
