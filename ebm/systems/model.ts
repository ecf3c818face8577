/** A model as those see it who do not train it: what its samples are, and what energies it gives. */

import {
  compile,
  dispose,
  fromArray,
  type Key,
  type Operand,
  type Shape,
  type Tensor,
  type Tree,
} from "../../engine/index.ts";
import type { Pass } from "../../nn/index.ts";
import type { Labelled } from "../data/labelled.ts";
import type { Source } from "../data/source.ts";
import type { ToyOptions } from "../data/toys/toy.ts";
import type { Energy } from "../energy.ts";
import type { Evaluated } from "../evaluation/evaluated.ts";
import { walk, type Sampler } from "../samplers/index.ts";
import type { Start } from "../starts/index.ts";
import type { Keys } from "../trainer.ts";

/** Of the state of a training, what its energies and samples depend on. */
export type Learned = {
  parameters: Tree;
  /** What the net remembers besides, such as the vectors of spectral norm; absent where that is nothing. */
  remembered?: Tree;
  /** The replay buffer, or what a generator has learned; absent where chains start afresh. */
  memory?: Tree;
};

/** The settings that lookers-on need, in the groups that all systems have. */
export interface ModelSettings {
  batch: number;
  data: ToyOptions & { name: string; noise: number };
  sampler: { steps: number; noise: number };
  start: { scale: number };
  landscape: { resolution: number; samples: number; bandwidth: number };
  log: { longrun: number; longrunSteps: number; longrunStart: string };
}

/** The parts of a system that its lookers-on need. */
export interface Model {
  settings: ModelSettings;
  source: Source;
  /** Opens what the model is not trained on; of what is drawn anew at each update, the same. */
  heldOut: () => Promise<Source>;
  /** Its data in order, for evaluations. */
  inOrder: (part: "train" | "test") => Promise<Labelled>;
  sampler: Sampler;
  start: Start;
  /** Where chains start in the words of the settings, as in training without any. Throws a RangeError for a kind there is not. */
  startOf: (kind?: string) => Start;
  /** E under what was learned so far; without a pass in evaluation. */
  energyUnder: (learned: Learned, pass?: Pass) => Energy;
  /** Of the sampler: the model's density is exp(−E / temperature). */
  temperature: number;
  /** Data with noise; by default that of the first update. */
  noisy: (x: Tensor, key: Key, deviation?: Operand) => Tensor;
}

/** The part of a state that a model is made of: a compiled program takes no more than it reads. */
export const learnedOf = ({ parameters, remembered, memory }: Learned): Learned => ({
  parameters,
  ...(remembered !== undefined && { remembered }),
  ...(memory !== undefined && { memory }),
});

/** The model as evaluations see it. */
export function evaluatedOf(model: Model, state: Learned, classifier: Evaluated["classifier"]): Evaluated {
  const { settings, source, sampler, start, energyUnder, temperature } = model;
  const learned = learnedOf(state);
  return {
    item: source.item,
    ...{ learned, temperature, classifier, sampler, start },
    energy: (learned, x) => energyUnder(learned as Learned)(x),
    steps: settings.sampler.steps,
    memory: learned.memory ?? null,
    noise: settings.data.noise,
    open: model.inOrder,
  };
}

/** E / T of items under what was learned, compiled: minus their log-density up to a constant. */
export const energiesOf = (model: Model) =>
  compile((learned: Learned, x: Tensor) => model.energyUnder(learned)(x).div(model.temperature));

/** Draws samples by the sampler that training uses; nothing is written back to a replay buffer. */
export function samplesOf(model: Model, start = model.start) {
  const { source, sampler, energyUnder, noisy } = model;
  const programs = new Map<number, ReturnType<typeof programFor>>();
  const programFor = (steps: number) =>
    compile((learned: Learned, fed: readonly Tensor[], keys: Keys, like: Tensor) => {
      const shape: Shape = [like.shape[0], ...source.item];
      const data = () => noisy(source.batch(keys.data, shape[0], fed[0] ?? null), keys.data);
      const begun = start.draw(keys.start, shape, data, learned.memory ?? null);
      return walk(sampler, energyUnder(learned), begun.x, steps, keys.walk).x;
    });
  const draw = (learned: Learned, keys: Keys, count: number, steps: number): Tensor => {
    if (count > start.most)
      throw new RangeError(`sample: ${count} samples from a replay buffer of ${start.most} chains`);
    const program = programs.get(steps) ?? programFor(steps);
    programs.set(steps, program);
    const fed = start.usesData ? source.feed(keys.data, count) : null;
    const like = fromArray({ dtype: "f32", shape: [count], data: new Float32Array(count) });
    const samples = program(learnedOf(learned), fed === null ? [] : [fed], keys, like);
    dispose(like, ...(fed === null ? [] : [fed]));
    return samples;
  };
  return Object.assign(draw, { dispose: () => programs.forEach((program) => program.dispose()) });
}
