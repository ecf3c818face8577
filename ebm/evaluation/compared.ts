/** Held-out items, noise, samples and training data as some features see them, and how far these are from the first. */

import { foldIn, key as keyOf, uniform, type Tensor, type Tree } from "../../engine/index.ts";
import type { Labelled } from "../data/labelled.ts";
import { frechetFrom } from "../measures/frechet.ts";
import type { Fields, SettingsOf } from "../settings.ts";
import { refined } from "./classified.ts";
import type { EvaluationHost, Table } from "./evaluation.ts";
import type { Evaluated } from "./evaluated.ts";
import { countOf, overItems } from "./items.ts";

/** The options of what compares samples with data. */
export const comparedFields = {
  count: { kind: "integer", about: "samples, and as many held-out items", min: 2 },
  steps: { kind: "integer", about: "steps of the sampler from noise, 0 for as many as in training", min: 0 },
  batch: { kind: "integer", about: "at a time", min: 1 },
  splits: { kind: "integer", about: "parts for the score of the classes' probabilities", min: 1 },
  seed: { kind: "integer", about: "of starts, chains and projections", min: 0 },
} as const satisfies Fields;

export const comparedDefaults = { count: 1000, steps: 0, batch: 100, splits: 10, seed: 0 };

/** What features are taken by: what they depend on besides the model, and how, `[n, …] → [n, d]`; with logits where there are classes. */
export interface Seeing {
  readonly weights: Tree;
  read(weights: Tree, learned: Tree, x: Tensor): { features: Tensor; logits?: Tensor };
}

/** Rows of features, flat, and of logits. */
export interface Seen {
  features: Float32Array;
  logits: Float32Array | null;
}

/** How far each is from what is held out, by Fréchet's distance. */
export interface Distances {
  /** Noise, where chains start. */
  start: number;
  samples: number;
  trained: number;
}

/** What was seen, and what there is to say of it. */
export interface Compared {
  held: Seen;
  samples: Seen;
  distances: Distances;
  /** Steps of the chains. */
  steps: number;
  /** Of the card, what was compared. */
  card: Record<"data" | "samples" | "items" | "seed" | "bias", string | number>;
}

/**
 * Sees as many held-out items, chains from uniform noise after `steps` steps of the model's sampler, their starts, and items of training.
 * @throws RangeError for more items than there are
 */
export async function compared(
  model: Evaluated,
  seeing: Seeing,
  options: Omit<SettingsOf<typeof comparedFields>, "splits">,
  { tell, eigen }: Pick<EvaluationHost, "tell" | "eigen">,
): Promise<Compared> {
  const steps = options.steps === 0 ? model.steps : options.steps;
  const [test, train] = [await model.open("test"), await model.open("train")];
  [test, train].forEach((items) => countOf(items, options.count));
  const all = { learned: model.learned, weights: seeing.weights };
  const programs = [0, steps].map((walk) =>
    overItems({ learned: all }, (given, x, key): Record<string, Tensor> => {
      const { learned, weights } = given as typeof all;
      const { features, logits } = seeing.read(weights, learned, refined(model, learned, x, walk, foldIn(key, 1)));
      return { features, ...(logits && { logits }) };
    }),
  );
  const see = async (what: string, items: Labelled, over = programs[0]): Promise<Seen> => {
    tell(what);
    const { features, logits = null } = (await over(items, options)) as Partial<Record<string, Float32Array>>;
    return { features: features!, logits };
  };
  const noise: Labelled = {
    ...{ name: "noise", item: model.item, count: options.count, labels: null },
    items: (start, count) => uniform(foldIn(keyOf(options.seed), start), [count, ...model.item], -1, 1),
  };
  const held = await see("held-out data", test);
  const start = await see("noise, where the chains start", noise);
  const samples = await see(`${options.count} chains of ${steps} steps`, noise, programs[1]);
  const trained = await see("data that were trained on", train);
  programs.forEach((program) => program.dispose());
  tell("distances");
  const far = frechetFrom(held.features, options.count, eigen);
  return {
    ...{ held, samples, steps },
    distances: { start: far(start.features), samples: far(samples.features), trained: far(trained.features) },
    card: {
      data: `${test.name}, test`,
      samples: `${options.count} chains of ${steps} steps from uniform noise`,
      items: options.count,
      seed: options.seed,
      bias: options.count < 10_000 ? "upwards, for there are few samples" : "small",
    },
  };
}

/** The distances as numbers under a name, and as a table. */
export function distancesAs(name: string, title: string, { distances, steps }: Compared) {
  const { start, samples, trained } = distances;
  const table: Table = {
    title,
    columns: ["of", "distance"],
    rows: [
      ["noise, where chains start", start.toFixed(4)],
      [`samples after ${steps} steps`, samples.toFixed(4)],
      ["data that were trained on: the floor", trained.toFixed(4)],
    ],
  };
  return {
    numbers: { [name]: samples, [`${name}_of_start`]: start, [`${name}_of_training_data`]: trained },
    tables: [table],
  };
}
