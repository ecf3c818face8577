/** What a sampler is: pure `init` and `step`, in the manner of blackjax. */

import { constant, foldIn, loop, named, Tensor, type Key, type Tree } from "../../engine/index.ts";
import type { Energy } from "../energy.ts";

/** A state that is at least the chains' positions `x [n, …]`, and E(x) `[n]` where the sampler keeps it. */
export type Chains = { x: Tensor; energy?: Tensor } & { readonly [name: string]: Tree };

/**
 * What a step says about itself, a number for each chain, `[n]`:
 * `slopeNorm`, ‖∇E‖₂, and `energy`, E, both where the step began; `acceptance`, the probability with which the proposal is
 * accepted, and `accepted`, 1 if it was, else 0; `stepSize`, where it adapts; `swapped`, 1 for a chain that changed its
 * temperature with a neighbour.
 */
export type Report = "slopeNorm" | "energy" | "acceptance" | "accepted" | "stepSize" | "swapped";

/** One step: what the next one needs, and what this one reports. */
export interface Step<S extends Chains, R extends Report> {
  state: S;
  info: Readonly<Record<R, Tensor>>;
  /** Where each chain would have gone, `[n, …]`, of samplers that choose; the others go there. */
  proposed?: Tensor;
}

/** A sampler whose steps report R; by default that is nothing one may count on. */
export interface Sampler<S extends Chains = Chains, R extends Report = never> {
  /** The names of what its steps report: R, and no other. */
  readonly reports: readonly Report[];
  /** The state of chains that start at `x`. */
  init(x: Tensor, energy: Energy): S;
  /** The same state under another energy, of samplers that keep something of the energy; states of the others stay as they are. */
  under?(state: S, energy: Energy): S;
  step(key: Key, state: S, energy: Energy): Step<S, R>;
}

export interface Walk<S extends Chains, R extends Report> {
  /** Where the chains end, `[n, …]`. */
  x: Tensor;
  /** What a walk that goes on from here needs. */
  state: S;
  /** Means over steps and chains; 0 after no step. That of `slopeNorm` is r_s of ebm-anatomy. */
  means: Readonly<Record<R, Tensor>>;
}

/**
 * `steps` steps from positions `[n, …]`, or from the state in which another walk under the same energy ended. Step i draws
 * with the key folded with i.
 */
export function walk<S extends Chains, R extends Report>(
  sampler: Sampler<S, R>,
  energy: Energy,
  from: Tensor | S,
  steps: number,
  key: Key,
): Walk<S, R> {
  const { state, totals } = named("walk", () =>
    loop(
      steps,
      (i, { state, totals }) => {
        const next = sampler.step(foldIn(key, i), state, energy);
        return { state: next.state, totals: reported<R>(sampler, (name) => totals[name].add(next.info[name].mean())) };
      },
      { state: begun(sampler, energy, from), totals: reported<R>(sampler, () => constant(0)) },
    ),
  );
  return { x: state.x, state, means: reported<R>(sampler, (name) => totals[name].div(Math.max(steps, 1))) };
}

/** The state at positions, unless it is one already. */
export const begun = <S extends Chains>(sampler: Sampler<S>, energy: Energy, from: Tensor | S): S =>
  from instanceof Tensor ? sampler.init(from, energy) : from;

/** The state under another energy than that of the steps that led to it. */
export const under = <S extends Chains>(sampler: Sampler<S>, state: S, energy: Energy): S =>
  sampler.under?.(state, energy) ?? state;

/** A tensor for each report of a sampler. */
export const reported = <R extends Report>(
  { reports }: Pick<Sampler, "reports">,
  value: (name: R) => Tensor,
): Record<R, Tensor> => Object.fromEntries(reports.map((name) => [name, value(name as R)])) as Record<R, Tensor>;
