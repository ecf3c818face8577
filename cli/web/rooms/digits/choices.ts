/** What a person has chosen in the digits room: settings that differ from the recipe's. */

import { recipes, type Settings } from "../../../../ebm/index.ts";
import { jemFields } from "../../../../ebm/systems/jem.fields.ts";
import { readAssignment } from "../../../config/assignment.ts";
import { leaves, merge, settingAt, valueAt } from "../../../config/fields.ts";
import type { Value, Values } from "../../controls.ts";
import { stops, type Knob } from "../../knob.ts";

export const recipe = recipes["jem/mnist-tiny"];

/** Settings that differ from the recipe's, by dotted path. */
export type Changes = Readonly<Record<string, Value>>;

export const knobs: readonly Knob[] = [
  { path: "sampler.steps", name: "Langevin steps", stops: stops(1, 100, { integers: true }) },
  { path: "optimizer.lr", name: "learning rate", stops: stops(1e-5, 0.1) },
  { path: "batch", name: "batch", stops: stops(4, 128, { integers: true }) },
  { path: "net.width", name: "width of the net", stops: stops(2, 64, { integers: true }) },
  { path: "objective.x", name: "weight of p(x)", stops: [0, ...stops(0.01, 10)] },
];

/** Settings without which this would be another room. */
const settled = ["data.name", "data.size", "start.kind"];

export const standard = (path: string): Value => valueAt(recipe.settings, path) as Value;

export const settingsOf = (changes: Changes): Settings =>
  Object.entries(changes)
    .map(([path, value]) => settingAt(path, value))
    .reduce(merge, recipe.settings);

export function withSetting(changes: Changes, path: string, value: Value): Changes {
  const wanted: Record<string, Value> = { ...changes, [path]: value };
  const changed = [...leaves(jemFields).keys()].filter((name) => name in wanted && wanted[name] !== standard(name));
  return Object.fromEntries(changed.map((name) => [name, wanted[name]]));
}

export const valuesOf = (changes: Changes): Values => ({
  fields: jemFields,
  now: (path) => changes[path] ?? standard(path),
  standard,
});

/** The words of the address, as the command line writes them after --set. */
export const wordsOf = (changes: Changes): Record<string, string> =>
  Object.fromEntries(Object.entries(changes).map(([path, value]) => [path, String(value)]));

/** The changes of an address, and in words what of it makes no sense and was left out. */
export function changesOf(words: URLSearchParams): { changes: Changes; problems: string[] } {
  const problems: string[] = [];
  let changes: Changes = {};
  for (const [path, word] of words) {
    try {
      if (settled.includes(path)) throw new RangeError(`address: ${path} comes with the room, got "${word}"`);
      const read = readAssignment(jemFields, `${path}=${word}`, `address: ${path}=${word}`);
      changes = withSetting(changes, path, valueAt(read, path) as Value);
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { changes, problems };
}
