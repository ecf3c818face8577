/** What there is to see of a model: its samples, the energies of populations, and in the plane its landscape. */

import { dispose, foldIn, fromArray, iota, take, Tensor, toArray } from "../../engine/index.ts";
import { toyOf } from "../data/toys/index.ts";
import { landscape, onGrid, type OnGrid } from "../measures/landscape.ts";
import type { Program, SampleAsked } from "../trainer.ts";
import type { Grid, Observation } from "../training.ts";
import { LONG, longRunsOf } from "./longRun.ts";
import { energiesOf, learnedOf, samplesOf, type Learned, type Model } from "./model.ts";
import { populationsOf } from "./populations.ts";

/** Images in a grid of samples. */
const SHOWN = 64;

type Seen = Omit<Observation, "step">;

/** The observing half of a program; `dispose` gives back its own. */
export function observer(model: Model): Pick<Program<Learned>, "observe" | "sample" | "dispose"> {
  const { settings, source, start } = model;
  const isPlane = source.item.length === 1;
  const draw = samplesOf(model);
  const energies = energiesOf(model);
  const populations = populationsOf(model, energies);
  const toy = toyOf(settings.data);
  /** The truth, once it has been looked at. */
  let truth: OnGrid | null = null;
  const { longrun: longEvery, longrunSteps, longrunStart } = settings.log;
  const longRuns = longEvery > 0 ? longRunsOf(model, model.startOf(longrunStart)) : null;

  /** Samples as a grid: images, or points of the plane as 2 channels of one pixel. */
  const gridFrom = async (name: string, x: Tensor): Promise<Grid> => {
    const [count, channels, height = 1, width = 1] = x.shape;
    return { name, images: (await toArray(x)).data as Float32Array, count, channels, height, width };
  };

  const seen = async (learned: Learned, samples: Tensor): Promise<Seen> => {
    const shown = await gridFrom("shortrun", samples);
    if (toy === null) return { measures: {}, grids: [shown], landscapes: [] };
    const { resolution, bandwidth } = settings.landscape;
    truth ??= onGrid(toy, resolution);
    const grid = fromArray({ dtype: "f32", shape: [resolution ** 2, 2], data: truth.points.slice() });
    const atGrid = energies(learnedOf(learned), grid);
    const { data: values } = await toArray(atGrid);
    dispose(grid, atGrid);
    return { grids: [shown], ...landscape({ truth, bandwidth, energies: values, samples: shown.images }) };
  };

  return {
    async observe(state, keys, step) {
      const stream = (index: number) => foldIn(keys.observe, index);
      const own = { ...keys, data: stream(0), start: stream(1), walk: stream(2) };
      const count = Math.min(isPlane ? settings.landscape.samples : SHOWN, start.most);
      const few = Math.min(SHOWN, start.most);
      const shortrun = draw(state, own, count, settings.sampler.steps);
      const buffer = state.memory instanceof Tensor ? take(state.memory, iota([few])) : null;
      const long = longRuns !== null && step > 0 && step % longEvery === 0;
      const longrun = long ? await longRuns(state, { ...own, walk: stream(3) }, few, longrunSteps) : null;
      const others = { ...(buffer && { buffer }), ...(longrun && { longrun }) };
      const look = await seen(state, shortrun);
      for (const [name, x] of Object.entries(others))
        if (!isPlane || name === "longrun") look.grids.push(await gridFrom(name, x));
      const measures = await populations(state, { ...own, start: stream(4) }, { shortrun, ...others });
      dispose(shortrun, others);
      return { ...look, measures: { ...look.measures, ...measures } };
    },
    async sample(state, { count, steps, keys, start: kind }: SampleAsked) {
      const far = steps ?? settings.sampler.steps;
      const begin = model.startOf(kind);
      const walks = far > LONG ? longRunsOf(model, begin) : kind === undefined ? draw : samplesOf(model, begin);
      const samples = await walks(state, keys, count, far);
      if (walks !== draw) walks.dispose();
      const look = await seen(state, samples);
      dispose(samples);
      return look;
    },
    dispose() {
      draw.dispose();
      energies.dispose();
      populations.dispose();
      longRuns?.dispose();
    },
  };
}
