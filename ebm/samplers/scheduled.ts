/** Options that change along a chain. */

import { constant, type Tensor } from "../../engine/index.ts";
import { under, type Chains, type Report, type Sampler } from "./sampler.ts";

/** The value of an option in iteration 0, 1, 2 …, both f32 scalars. */
export type Schedule = (iteration: Tensor) => Tensor;

/** value · factorᵏ after k times `every` steps; as GEBM samples: a tenth of the step size every 200 steps. */
export const stairs =
  (value: number, { factor = 0.1, every = 200 } = {}): Schedule =>
  (iteration) =>
    // The half keeps a quotient that is rounded down from falling short of a whole number.
    iteration.add(0.5).div(every).toIndex().toFloat().mul(Math.log(factor)).exp().mul(value);

/** From one value to another in equal steps, and constant from iteration `steps` on. */
export const linear =
  (from: number, to: number, steps: number): Schedule =>
  (iteration) =>
    iteration
      .div(steps)
      .minimum(1)
      .mul(to - from)
      .add(from);

/** From one value to another, both positive, in equal ratios, and constant from iteration `steps` on. */
export const geometric =
  (from: number, to: number, steps: number): Schedule =>
  (iteration) =>
    iteration
      .div(steps)
      .minimum(1)
      .mul(Math.log(to / from))
      .exp()
      .mul(from);

/**
 * The sampler that `family` gives for each iteration: `scheduled((i) => langevin({ stepSize: 0.1, noise:
 * geometric(1, 0.1, 500)(i) }))`. The count begins anew with every start.
 */
export function scheduled<S extends Chains, R extends Report>(
  family: (iteration: Tensor) => Sampler<S, R>,
): Sampler<S & { iteration: Tensor }, R> {
  const first = family(constant(0));
  return {
    reports: first.reports,
    init: (x, energy) => ({ ...first.init(x, energy), iteration: constant(0, "u32") }),
    under: (state, energy) => ({ ...under(first, state, energy), iteration: state.iteration }),
    step(key, present, energy) {
      const { iteration } = present;
      const { state, ...rest } = family(iteration.toFloat()).step(key, present, energy);
      return { ...rest, state: { ...state, iteration: iteration.add(1) } };
    },
  };
}
