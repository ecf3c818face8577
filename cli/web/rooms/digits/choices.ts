/** What a person has chosen in the digits room: settings that differ from the recipe's. */

import { recipes } from "../../../../ebm/index.ts";
import { recipeFields, withChange, type Changes } from "../../changes.ts";
import { readSetting } from "../../controls.ts";
import { stops, type Knob } from "../../knob.ts";

export const recipe = recipes["jem/mnist-tiny"];

export const knobs: readonly Knob[] = [
  { path: "sampler.steps", name: "Langevin steps", stops: stops(1, 100, { integers: true }) },
  { path: "optimizer.lr", name: "learning rate", stops: stops(1e-5, 0.1) },
  { path: "batch", name: "batch", stops: stops(4, 128, { integers: true }) },
  { path: "net.width", name: "width of the net", stops: stops(2, 64, { integers: true }) },
  { path: "objective.x", name: "weight of p(x)", stops: [0, ...stops(0.01, 10)] },
];

/** Settings without which this would be another room. */
const settled = ["data.name", "data.size", "start.kind"];

/** The changes of an address, and in words what of it makes no sense and was left out. */
export function changesOf(words: URLSearchParams): { changes: Changes; problems: string[] } {
  const problems: string[] = [];
  let changes: Changes = {};
  for (const [path, word] of words) {
    try {
      if (settled.includes(path)) throw new RangeError(`address: ${path} comes with the room, got "${word}"`);
      changes = withChange(recipe, changes, path, readSetting(recipeFields(recipe), path, word));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { changes, problems };
}
