/** A model as those see it who do not train it: what its samples are, and what energies it gives. */

import { compile, dispose, fromArray, type Key, type Shape, type Tensor, type Tree } from "../../engine/index.ts";
import type { Source } from "../data/source.ts";
import type { Energy } from "../energy.ts";
import { walk, type Sampler } from "../samplers/index.ts";
import type { Start } from "../starts/index.ts";
import type { Keys } from "../trainer.ts";
import type { ShortRunSettings } from "./shortRun.ts";

/** The parts of a system that its lookers-on need. */
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

/** E / T of items under some parameters, compiled: minus their log-density up to a constant. */
export const energiesOf = (model: Model) =>
  compile((parameters: Tree, x: Tensor) => model.energyUnder(parameters)(x).div(model.temperature));

/** Draws samples by the sampler that training uses; nothing is written back to a replay buffer. */
export function samplesOf({ source, sampler, start, energyUnder, noisy }: Model) {
  const programs = new Map<number, ReturnType<typeof programFor>>();
  const programFor = (steps: number) =>
    compile((parameters: Tree, memory: readonly Tensor[], fed: readonly Tensor[], keys: Keys, like: Tensor) => {
      const shape: Shape = [like.shape[0], ...source.item];
      const data = () => noisy(source.batch(keys.data, shape[0], fed[0] ?? null), keys.data);
      const begun = start.draw(keys.start, shape, data, memory[0] ?? null);
      return walk(sampler, energyUnder(parameters), begun.x, steps, keys.walk).x;
    });
  const draw = (parameters: Tree, memory: Tensor | null, keys: Keys, count: number, steps: number): Tensor => {
    if (count > start.most)
      throw new RangeError(`sample: ${count} samples from a replay buffer of ${start.most} chains`);
    const program = programs.get(steps) ?? programFor(steps);
    programs.set(steps, program);
    const fed = start.usesData ? source.feed(keys.data, count) : null;
    const like = fromArray({ dtype: "f32", shape: [count], data: new Float32Array(count) });
    const samples = program(parameters, memory === null ? [] : [memory], fed === null ? [] : [fed], keys, like);
    dispose(like, ...(fed === null ? [] : [fed]));
    return samples;
  };
  return Object.assign(draw, { dispose: () => programs.forEach((program) => program.dispose()) });
}
