/** What there is to see of a model: its samples, and in the plane its landscape. */

import { dispose, foldIn, fromArray, iota, take, Tensor, toArray } from "../../engine/index.ts";
import { toys } from "../data/toy.ts";
import { gridOf, landscape } from "../measures/landscape.ts";
import type { Keys, Program } from "../trainer.ts";
import type { Grid, Observation } from "../training.ts";
import { energiesOf, learnedOf, samplesOf, type Model } from "./model.ts";
import type { ShortRunState } from "./shortRun.ts";

/** Images in a grid of samples. */
const SHOWN = 64;

type Seen = Omit<Observation, "step">;

/** The observing half of a program; `dispose` gives back its own. */
export function observer(model: Model): Pick<Program<ShortRunState>, "observe" | "sample" | "dispose"> {
  const { settings, source } = model;
  const draw = samplesOf(model);
  const energies = energiesOf(model);

  const images = async (name: string, x: Tensor): Promise<Grid> => {
    const [count, channels, height, width] = x.shape;
    return { name, images: (await toArray(x)).data as Float32Array, count, channels, height, width };
  };

  const seen = async (learned: ShortRunState, keys: Keys, count: number, steps: number): Promise<Seen> => {
    const samples = draw(learned, keys, count, steps);
    const toy = toys[settings.data.name];
    if (toy === undefined) {
      const grids = [await images("shortrun", samples)];
      dispose(samples);
      return { measures: {}, grids, landscapes: [] };
    }
    const { resolution, bandwidth } = settings.landscape;
    const density = toy(settings.data);
    const grid = fromArray({ dtype: "f32", shape: [resolution ** 2, 2], data: gridOf(density.extent, resolution) });
    const atGrid = energies(learnedOf(learned), grid);
    const [points, values] = [await toArray(samples), await toArray(atGrid)];
    dispose(samples, grid, atGrid);
    const options = { toy: density, resolution, bandwidth, energies: values.data, samples: points.data };
    const shown: Grid = {
      name: "shortrun",
      images: points.data as Float32Array,
      count,
      channels: 2,
      height: 1,
      width: 1,
    };
    return { grids: [shown], ...landscape(options) };
  };

  return {
    async observe(state, keys) {
      const stream = (index: number) => foldIn(keys.observe, index);
      const own = { ...keys, data: stream(0), start: stream(1), walk: stream(2) };
      const look = await seen(
        state,
        own,
        Math.min(source.item.length === 1 ? settings.landscape.samples : SHOWN, model.start.most),
        settings.sampler.steps,
      );
      if (!(state.memory instanceof Tensor) || source.item.length === 1) return look;
      const first = take(state.memory, iota([Math.min(SHOWN, model.start.most)]));
      look.grids.push(await images("buffer", first));
      dispose(first);
      return look;
    },
    sample: (state, { count, steps, keys }) => seen(state, keys, count, steps ?? settings.sampler.steps),
    dispose() {
      draw.dispose();
      energies.dispose();
    },
  };
}
