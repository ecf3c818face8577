/** What there is to see of a model: its samples, and in the plane its landscape. */

import {
  compile,
  dispose,
  foldIn,
  fromArray,
  toArray,
  type Key,
  type Shape,
  type Tensor,
  type Tree,
} from "../../engine/index.ts";
import { toys } from "../data/toy.ts";
import type { Source } from "../data/source.ts";
import type { Energy } from "../energy.ts";
import { gridOf, landscape } from "../measures/landscape.ts";
import { walk, type Sampler } from "../samplers/index.ts";
import type { Start } from "../starts/index.ts";
import type { Keys, Program } from "../trainer.ts";
import type { Grid, Observation } from "../training.ts";
import type { ShortRunSettings, ShortRunState } from "./shortRun.ts";

/** The parts of a system that an observer needs. */
export interface Model {
  settings: ShortRunSettings;
  source: Source;
  sampler: Sampler;
  start: Start;
  energyUnder: (parameters: Tree) => Energy;
  /** Of the sampler: the model's density is exp(−E / temperature). */
  temperature: number;
  noisy: (x: Tensor, key: Key) => Tensor;
}

/** Images in a grid of samples. */
const SHOWN = 64;

type Seen = Omit<Observation, "step">;

/** The observing half of a program. */
export function observer(model: Model): Pick<Program<ShortRunState>, "observe" | "sample"> {
  const { settings, source } = model;
  const draw = shortRunSamples(model);
  const energies = compile((parameters: Tree, x: Tensor) => model.energyUnder(parameters)(x).div(model.temperature));

  const images = async (name: string, x: Tensor): Promise<Grid> => {
    const [count, channels, height, width] = x.shape;
    return { name, images: (await toArray(x)).data as Float32Array, count, channels, height, width };
  };

  const seen = async (
    { parameters, memory }: ShortRunState,
    keys: Keys,
    count: number,
    steps: number,
  ): Promise<Seen> => {
    const samples = draw(parameters, memory ?? null, keys, count, steps);
    const toy = toys[settings.data.name];
    if (toy === undefined) {
      const grids = [await images("shortrun", samples)];
      dispose(samples);
      return { measures: {}, grids, landscapes: [] };
    }
    const { resolution, bandwidth } = settings.landscape;
    const density = toy(settings.data);
    const grid = fromArray({ dtype: "f32", shape: [resolution ** 2, 2], data: gridOf(density.extent, resolution) });
    const atGrid = energies(parameters, grid);
    const [points, values] = [await toArray(samples), await toArray(atGrid)];
    dispose(samples, grid, atGrid);
    const options = { toy: density, resolution, bandwidth, energies: values.data, samples: points.data };
    return { grids: [], ...landscape(options) };
  };

  return {
    async observe(state, keys) {
      const stream = (index: number) => foldIn(keys.observe, index);
      const own = { ...keys, data: stream(0), start: stream(1), walk: stream(2) };
      const look = await seen(
        state,
        own,
        source.item.length === 1 ? settings.landscape.samples : SHOWN,
        settings.sampler.steps,
      );
      if (state.memory === undefined || source.item.length === 1) return look;
      const first = state.memory.slice([[0, Math.min(SHOWN, state.memory.shape[0])]]);
      look.grids.push(await images("buffer", first));
      dispose(first);
      return look;
    },
    sample: (state, { count, steps, keys }) => seen(state, keys, count, steps ?? settings.sampler.steps),
  };
}

/** Draws samples by the sampler that training uses; nothing is written back to a replay buffer. */
function shortRunSamples({ settings, source, sampler, start, energyUnder, noisy }: Model) {
  const programs = new Map<number, ReturnType<typeof programFor>>();
  const programFor = (steps: number) =>
    compile((parameters: Tree, memory: readonly Tensor[], fed: readonly Tensor[], keys: Keys, like: Tensor) => {
      const shape: Shape = [like.shape[0], ...source.item];
      const data = noisy(source.batch(keys.data, shape[0], fed[0] ?? null), keys.data);
      const begun = start.draw(keys.start, shape, data, memory[0] ?? null);
      return walk(sampler, energyUnder(parameters), begun.x, steps, keys.walk).x;
    });
  return (parameters: Tree, memory: Tensor | null, keys: Keys, count: number, steps: number): Tensor => {
    if (settings.start.kind === "persistent" && count > settings.start.size)
      throw new RangeError(`sample: ${count} samples from a replay buffer of ${settings.start.size} chains`);
    const program = programs.get(steps) ?? programFor(steps);
    programs.set(steps, program);
    const fed = settings.start.kind === "data" ? source.feed(keys.data, count) : null;
    const like = fromArray({ dtype: "f32", shape: [count], data: new Float32Array(count) });
    const samples = program(parameters, memory === null ? [] : [memory], fed === null ? [] : [fed], keys, like);
    dispose(like, ...(fed === null ? [] : [fed]));
    return samples;
  };
}
