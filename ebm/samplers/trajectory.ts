/** What chains went through, kept on the device until someone reads it. */

import { foldIn, loop, put, zeros, type Key, type Tensor } from "../../engine/index.ts";
import type { Energy } from "../energy.ts";
import { begun, reported, type Chains, type Report, type Sampler } from "./sampler.ts";

export interface TrajectoryOptions {
  /** Records in all. */
  records: number;
  /** Steps before each record. */
  every?: number;
}

export interface Trajectory<S extends Chains, R extends Report> {
  /** Positions, `[records, n, …]`. */
  x: Tensor;
  /** E at these, `[records, n]`. */
  energy: Tensor;
  /** Where the last step before each record would have led, `[records, n, …]`: elsewhere, where it was rejected. */
  proposed: Tensor;
  /** What the steps since the record before reported, their mean: each `[records, n]`. */
  means: Readonly<Record<R, Tensor>>;
  /** What a walk that goes on from here needs. */
  state: S;
}

/**
 * The walk of `records · every` steps, with a record after each `every` of them: thinned, if that is more than 1. The last
 * record is where the walk ends.
 */
export function trajectory<S extends Chains, R extends Report>(
  sampler: Sampler<S, R>,
  energy: Energy,
  from: Tensor | S,
  { records, every = 1 }: TrajectoryOptions,
  key: Key,
): Trajectory<S, R> {
  if (!Number.isInteger(every) || every < 1)
    throw new RangeError(`trajectory: records are a positive number of steps apart, got ${every} (every)`);
  const state = begun(sampler, energy, from);
  const chains = state.x.shape[0];
  const tables = {
    x: zeros([records, ...state.x.shape]),
    energy: zeros([records, chains]),
    proposed: zeros([records, ...state.x.shape]),
    means: reported<R>(sampler, () => zeros([records, chains])),
  };
  const end = loop(
    records,
    (record, { state, tables }) => {
      const leg = loop(
        every,
        (i, { state, totals }) => {
          const next = sampler.step(foldIn(key, record.mul(every).add(i)), state, energy);
          return {
            state: next.state,
            totals: reported<R>(sampler, (name) => totals[name].add(next.info[name])),
            proposed: next.proposed ?? next.state.x,
          };
        },
        { state, totals: reported<R>(sampler, () => zeros([chains])), proposed: state.x },
      );
      const write = (table: Tensor, row: Tensor) => put(table, record.reshape([1]), row.reshape([1, ...row.shape]));
      return {
        state: leg.state,
        tables: {
          x: write(tables.x, leg.state.x),
          energy: write(tables.energy, leg.state.energy ?? energy(leg.state.x)),
          proposed: write(tables.proposed, leg.proposed),
          means: reported<R>(sampler, (name) => write(tables.means[name], leg.totals[name].div(every))),
        },
      };
    },
    { state, tables },
  );
  return { ...end.tables, state: end.state };
}
