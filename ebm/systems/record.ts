/** What the chains of samples go through, step by step. */

import { compile, dispose, toArray, type Key, type Tensor } from "../../engine/index.ts";
import { trajectory, type Report } from "../samplers/index.ts";
import type { Program } from "../trainer.ts";
import { learnedOf, samplesOf, type Learned, type Model } from "./model.ts";
import type { ShortRunState } from "./shortRun.ts";

/** What a record calls what samplers report. */
const names: Readonly<Record<Report, string>> = {
  slopeNorm: "slope_norm",
  energy: "energy_before",
  acceptance: "acceptance",
  accepted: "accepted",
  stepSize: "step_size",
  swapped: "swapped",
};

type Columns = Record<string, Tensor>;

/** The recording part of a program: the chains of `samplesOf`, a row for each of their steps, means over the chains. */
export function recorder(model: Model): Pick<Program<ShortRunState>, "record"> {
  return {
    async record(state, { count, steps, keys }) {
      const records = steps ?? model.settings.sampler.steps;
      const starts = samplesOf(model);
      const chains = compile((learned: Learned, x: Tensor, key: Key): Columns => {
        const { energy, means } = trajectory(model.sampler, model.energyUnder(learned), x, { records }, key);
        const reports = Object.entries<Tensor>(means).map(([name, values]) => [names[name as Report], values.mean(1)]);
        return { energy: energy.mean(1), ...(Object.fromEntries(reports) as Columns) };
      });
      const start = starts(state, keys, count, 0);
      const columns = chains(learnedOf(state), start, keys.walk);
      const read = await Promise.all(
        Object.entries(columns).map(async ([name, values]) => [name, (await toArray(values)).data] as const),
      );
      dispose(start, columns);
      starts.dispose();
      chains.dispose();
      return Array.from({ length: records }, (_, at) => ({
        step: at + 1,
        ...Object.fromEntries(read.map(([name, values]) => [name, values[at]])),
      }));
    },
  };
}
