/** The settings of a recipe with those that a person has changed: for controls, for the address, for the command line. */

import { systems, type Fields, type Recipe, type Settings } from "../../ebm/index.ts";
import { leaves, merge, settingAt, valueAt } from "../config/fields.ts";
import type { Value, Values } from "./controls.ts";

/** Settings that differ from a recipe's, by dotted path, in the order of the fields. */
export type Changes = Readonly<Record<string, Value>>;

/** The fields of the system that a recipe is of. */
export const recipeFields = ({ system }: Recipe): Fields => systems[system].fields;

/** The value that a setting has in a recipe. */
export const standardValue = ({ settings }: Recipe, path: string): Value => valueAt(settings, path) as Value;

/** The value that a setting has now. */
export const changedValue = (recipe: Recipe, changes: Changes, path: string): Value =>
  changes[path] ?? standardValue(recipe, path);

/** The complete settings. */
export const changedSettings = ({ settings }: Recipe, changes: Changes): Settings =>
  Object.entries(changes)
    .map(([path, value]) => settingAt(path, value))
    .reduce(merge, settings);

/** What the controls of settings show. */
export const changedValues = (recipe: Recipe, changes: Changes): Values => ({
  fields: recipeFields(recipe),
  now: (path) => changedValue(recipe, changes, path),
  standard: (path) => standardValue(recipe, path),
});

/** The changes with one more; a value equal to the recipe's is no change. */
export function withChange(recipe: Recipe, changes: Changes, path: string, value: Value): Changes {
  const wanted: Changes = { ...changes, [path]: value };
  const changed = [...leaves(recipeFields(recipe)).keys()].filter(
    (name) => name in wanted && wanted[name] !== standardValue(recipe, name),
  );
  return Object.fromEntries(changed.map((name) => [name, wanted[name]]));
}

/** The words of the address for changes. */
export const changeWords = (changes: Changes): Record<string, string> =>
  Object.fromEntries(Object.entries(changes).map(([path, value]) => [path, String(value)]));

/** The command line that trains the same: `ebm train anatomy/gmm-convergent-tiny --seed 7 --set sampler.steps=30` */
export function trainCommand({ name }: Recipe, changes: Changes): string {
  const options = Object.entries(changes).map(([path, value]) =>
    path === "seed" ? `--seed ${value}` : `--set ${path}=${value}`,
  );
  return ["ebm train", name, ...options].join(" ");
}
