/** A training of points in the plane, run to its end and measured. */

import { autocorrelation, entropy, modeShares, shareWithin, systems, toys, type MetricsRow } from "../../ebm/index.ts";
import { gridOf } from "../../ebm/measures/landscape.ts";
import type { Grid, Training } from "../../ebm/training.ts";
import type { Outcome, Run } from "./anatomyRuns.ts";

/** What a run comes to; `onUpdate` hears of every hundredth update. Needs an open device. */
export async function outcomeOf({ settings, early }: Run, onUpdate: (update: number) => void): Promise<Outcome> {
  const none = { data: (name: string) => Promise.reject(new RangeError(`outcomeOf: "${name}" is no toy`)) };
  const training = await systems.shortRun.open(settings, none);
  try {
    const rows: MetricsRow[] = [];
    const updateTo = async (update: number): Promise<void> => {
      while (training.step < update) {
        await training.update();
        if (training.step % 100 === 0) onUpdate(training.step);
      }
      rows.push(...(await training.metrics({ final: true })));
    };
    await updateTo(early);
    const first = await training.observe();
    await updateTo(settings.updates);
    return { kl_model_early: first.measures.kl_true_model, ...ofCurves(rows), ...(await ofModel(training, settings)) };
  } finally {
    training.dispose();
  }
}

function ofCurves(rows: readonly MetricsRow[]) {
  const last = rows.slice(-Math.ceil(rows.length / 5));
  const d = last.map(({ d_s }) => d_s);
  const mean = meanOf(d);
  return {
    d_s_mean: mean,
    d_s_sd: Math.sqrt(meanOf(d.map((value) => (value - mean) ** 2))),
    d_s_positive: meanOf(d.map((value) => Number(value > 0))),
    d_s_autocorrelation: autocorrelation(d, 1)[1],
    r_s_first: meanOf(rows.slice(0, 10).map(({ r_s }) => r_s)),
    r_s_last: meanOf(last.map(({ r_s }) => r_s)),
  };
}

async function ofModel(training: Training, { data, landscape: { resolution } }: Run["settings"]) {
  const toy = toys[data.name].of(data);
  const points = gridOf(toy.extent, resolution);
  const explorer = training.explore();
  const energies = await explorer.energies(points);
  explorer.dispose();
  const model = Float64Array.from(energies, (energy) => -energy);
  const { measures, grids, landscapes } = await training.observe();
  const density = (name: string) => landscapes.find((one) => one.name === name)!.density;
  const samples = (name: string): Grid["images"] => grids.find((grid) => grid.name === name)!.images;
  const shortrun = modeShares(toy, samples("shortrun"));
  const mass = modeShares(toy, points, density("model"));
  return {
    kl_model: measures.kl_true_model,
    kl_shortrun: measures.kl_true_shortrun,
    shortrun_within: shareWithin(toy, samples("shortrun")),
    shortrun_least: Math.min(...shortrun),
    shortrun_most: Math.max(...shortrun),
    model_least: Math.min(...mass),
    model_most: Math.max(...mass),
    entropy_true: entropy(density("truth").map(Math.log)),
    entropy_model: entropy(model),
    energy_range: energies.reduce((a, b) => Math.max(a, b)) - energies.reduce((a, b) => Math.min(a, b)),
    longrun_energy: measures.energy_of_longrun - measures.energy_of_data,
    longrun_within: shareWithin(toy, samples("longrun")),
  };
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
