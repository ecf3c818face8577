/** What the chains of samples go through, step by step. */

import { compile, dispose, foldIn, toArray, type Key, type Tensor } from "../../engine/index.ts";
import { trajectory, type Report } from "../samplers/index.ts";
import { STRETCH } from "../samplers/stretches.ts";
import type { Program } from "../trainer.ts";
import type { MetricsRow } from "../training.ts";
import { LONG } from "./longRun.ts";
import { learnedOf, samplesOf, type Learned, type Model } from "./model.ts";

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

/**
 * The recording part of a program: the chains that samples are the ends of, a row for each of their steps, means over the chains.
 * More than `LONG` steps are taken in stretches.
 */
export function recorder(model: Model): Pick<Program<Learned>, "record"> {
  const { settings, sampler, energyUnder } = model;

  const stretchOf = (records: number) =>
    compile(
      (learned: Learned, x: Tensor, key: Key) => {
        const { energy, means, state } = trajectory(sampler, energyUnder(learned), x, { records }, key);
        const reports = Object.entries<Tensor>(means).map(([name, values]) => [names[name as Report], values.mean(1)]);
        return { x: state.x, columns: { energy: energy.mean(1), ...(Object.fromEntries(reports) as Columns) } };
      },
      { donate: [1] },
    );

  return {
    async record(state, { count, steps, keys, start }) {
      const records = steps ?? settings.sampler.steps;
      const starts = samplesOf(model, model.startOf(start));
      let x = starts(state, keys, count, 0);
      starts.dispose();
      const learned = learnedOf(state);
      const stretches = new Map<number, ReturnType<typeof stretchOf>>();
      const rows: MetricsRow[] = [];
      while (rows.length < records) {
        const length = records > LONG ? Math.min(STRETCH, records - rows.length) : records;
        const stretch = stretches.get(length) ?? stretchOf(length);
        stretches.set(length, stretch);
        const next = stretch(learned, x, records > LONG ? foldIn(keys.walk, rows.length) : keys.walk);
        x = next.x;
        rows.push(...(await rowsOf(next.columns, rows.length)));
        dispose(next.columns);
      }
      dispose(x);
      stretches.forEach((stretch) => stretch.dispose());
      return rows;
    },
  };
}

/** Columns as rows, whose steps go on after so many. */
async function rowsOf(columns: Columns, before: number): Promise<MetricsRow[]> {
  const read = await Promise.all(
    Object.entries(columns).map(async ([name, values]) => [name, (await toArray(values)).data] as const),
  );
  return Array.from(read[0][1], (_, at) => ({
    step: before + at + 1,
    ...Object.fromEntries(read.map(([name, values]) => [name, values[at]])),
  }));
}
