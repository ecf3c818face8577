/** What the chains of samples go through, step by step. */

import { compile, dispose, foldIn, toArray, type Key, type Tensor } from "../../engine/index.ts";
import { trajectory, type Chains } from "../samplers/index.ts";
import { STRETCH } from "../samplers/stretches.ts";
import type { Program } from "../trainer.ts";
import type { MetricsRow } from "../training.ts";
import { LONG } from "./longRun.ts";
import { learnedOf, samplesOf, type Learned, type Model } from "./model.ts";
import { recordOf } from "./reports.ts";

type Columns = Record<string, Tensor>;

/**
 * The recording part of a program: the chains that samples are the ends of, a row for each of their steps, means over the chains.
 * More than `LONG` steps are taken in stretches.
 */
export function recorder(model: Model): Pick<Program<Learned>, "record"> {
  const { settings, sampler, energyUnder } = model;

  const stretchOf = (records: number) =>
    compile(
      (learned: Learned, from: Chains, key: Key) => {
        const { energy, means, state } = trajectory(sampler, energyUnder(learned), from, { records }, key);
        const columns = Object.entries(recordOf(means)).map(([name, values]) => [name, values.mean(1)]);
        return { state, columns: { energy: energy.mean(1), ...(Object.fromEntries(columns) as Columns) } };
      },
      { donate: [1] },
    );

  return {
    async record(state, { count, steps, keys, start }) {
      const records = steps ?? settings.sampler.steps;
      const starts = samplesOf(model, model.startOf(start));
      const learned = learnedOf(state);
      const begin = compile((learned: Learned, x: Tensor) => sampler.init(x, energyUnder(learned)), { donate: [1] });
      let chains: Chains = begin(learned, starts(state, keys, count, 0));
      for (const program of [starts, begin]) program.dispose();
      const stretches = new Map<number, ReturnType<typeof stretchOf>>();
      const rows: MetricsRow[] = [];
      while (rows.length < records) {
        const length = records > LONG ? Math.min(STRETCH, records - rows.length) : records;
        const stretch = stretches.get(length) ?? stretchOf(length);
        stretches.set(length, stretch);
        const next = stretch(learned, chains, records > LONG ? foldIn(keys.walk, rows.length) : keys.walk);
        chains = next.state;
        rows.push(...(await rowsOf(next.columns, rows.length)));
        dispose(next.columns);
      }
      dispose(chains);
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
