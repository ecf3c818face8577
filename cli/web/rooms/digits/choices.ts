/** What a person has chosen in the digits room: a model, and for one of their own the settings that differ from the recipe's. */

import { recipes } from "../../../../ebm/index.ts";
import { changeWords, recipeFields, withChange, type Changes } from "../../changes.ts";
import { readSetting } from "../../controls.ts";
import { stops, type Knob } from "../../knob.ts";

/** Of a model of one's own. */
export const recipe = recipes["jem/mnist-tiny"];

/** What is looked at: a model that comes with the room, one that learns from its seed, or a run that was dropped. */
export const models = { trained: "Trained before", own: "From nothing", run: "Dropped run" } as const;
export type ModelName = keyof typeof models;

export interface Choices {
  model: ModelName;
  changes: Changes;
}

export const knobs: readonly Knob[] = [
  { path: "sampler.steps", name: "Langevin steps", stops: stops(1, 100, { integers: true }) },
  { path: "optimizer.lr", name: "learning rate", stops: stops(1e-5, 0.1) },
  { path: "batch", name: "batch", stops: stops(4, 128, { integers: true }) },
  { path: "net.width", name: "width of the net", stops: stops(2, 64, { integers: true }) },
  { path: "objective.x", name: "weight of p(x)", stops: [0, ...stops(0.01, 10)] },
];

/** Settings without which this would be another room. */
const settled = ["data.name", "data.size", "start.kind"];

/** A model of one's own with one setting changed. */
export const withSetting = ({ changes }: Choices, path: string, value: number | string | boolean): Choices => ({
  model: "own",
  changes: withChange(recipe, changes, path, value),
});

export const wordsOf = ({ model, changes }: Choices): Record<string, string> => ({
  ...(model !== "trained" && { model }),
  ...changeWords(changes),
});

/** The choices of an address, and in words what of it makes no sense and was left out. Settings are those of a model of one's own. */
export function choicesOf(words: URLSearchParams): { choices: Choices; problems: string[] } {
  const problems: string[] = [];
  let choices: Choices = { model: "trained", changes: {} };
  for (const [path, word] of words) {
    if (path === "model") continue;
    try {
      if (settled.includes(path)) throw new RangeError(`address: ${path} comes with the room, got "${word}"`);
      choices = withSetting(choices, path, readSetting(recipeFields(recipe), path, word));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  const model = words.get("model");
  if (model === null) return { choices, problems };
  if (Object.hasOwn(models, model)) return { choices: { ...choices, model: model as ModelName }, problems };
  problems.push(`address: model is one of ${Object.keys(models).join(", ")}, got "${model}"`);
  return { choices, problems };
}
