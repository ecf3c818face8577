/** Energies of what a model should tell apart: data, its own samples, the chains it keeps, chains that walked long, noise. */

import { compile, dispose, toArray, uniform, type Tensor } from "../../engine/index.ts";
import { saturation } from "../measures/saturation.ts";
import type { Keys } from "../trainer.ts";
import { learnedOf, type energiesOf, type Learned, type Model } from "./model.ts";

/** Means of E / T over populations, of data and noise a batch each, as measures `energy_of_data`, `energy_of_shortrun` …; of samples also their saturation. */
export function populationsOf(model: Model, energies: ReturnType<typeof energiesOf>) {
  const { source, noisy, settings } = model;
  const count = settings.batch;
  const draw = compile((fed: readonly Tensor[], keys: Keys) => ({
    data: noisy(source.batch(keys.data, count, fed[0] ?? null), keys.data),
    noise: uniform(keys.start, [count, ...source.item], -settings.start.scale, settings.start.scale),
  }));
  const measure = async (
    learned: Learned,
    keys: Keys,
    samples: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, number>> => {
    const fed = source.feed(keys.data, count);
    const { data, noise } = draw(fed === null ? [] : [fed], keys);
    if (fed !== null) dispose(fed);
    const measures: Record<string, number> = {};
    for (const [name, items] of Object.entries({ data, ...samples, noise })) {
      const values = energies(learnedOf(learned), items);
      const found = Array.from((await toArray(values)).data);
      measures[`energy_of_${name}`] = found.reduce((sum, value) => sum + value, 0) / found.length;
      if (name in samples && source.item.length > 1)
        measures[`saturation_of_${name}`] = saturation((await toArray(items)).data);
      dispose(values);
    }
    dispose(data, noise);
    return measures;
  };
  return Object.assign(measure, { dispose: () => draw.dispose() });
}
