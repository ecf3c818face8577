/** The settings of a recipe with those that a person has changed: for controls, for the address, for the command line. */

import { systems, type Fields, type Recipe, type Settings } from "../../ebm/index.ts";
import { changed } from "../config/brought.ts";
import { leaves, merge, settingAt, valueAt } from "../config/fields.ts";
import type { Value, Values } from "./controls.ts";

/** Settings that differ from a recipe's, by dotted path, in the order of the fields. */
export type Changes = Readonly<Record<string, Value>>;

/** The fields of the system that a recipe is of. */
export const recipeFields = ({ system }: Recipe): Fields => systems[system].fields;

/** The complete settings. */
export const changedSettings = (recipe: Recipe, changes: Changes): Settings =>
  changed(
    recipeFields(recipe),
    recipe.settings,
    Object.entries(changes)
      .map(([path, value]) => settingAt(path, value))
      .reduce(merge, {}),
  );

/** The value that a setting has now. */
export const changedValue = (recipe: Recipe, changes: Changes, path: string): Value =>
  valueAt(changedSettings(recipe, changes), path) as Value;

/** The value that a setting has where a person leaves it alone: the recipe's, or what another change brings along. */
export const standardValue = (recipe: Recipe, changes: Changes, path: string): Value =>
  changedValue(recipe, Object.fromEntries(Object.entries(changes).filter(([name]) => name !== path)), path);

/** What the controls of settings show. */
export const changedValues = (recipe: Recipe, changes: Changes): Values => ({
  fields: recipeFields(recipe),
  now: (path) => changedValue(recipe, changes, path),
  standard: (path) => standardValue(recipe, changes, path),
});

/** The changes with one more; a value that it would have anyway is no change. */
export function withChange(recipe: Recipe, changes: Changes, path: string, value: Value): Changes {
  const wanted: Changes = { ...changes, [path]: value };
  const changed = [...leaves(recipeFields(recipe)).keys()].filter(
    (name) => name in wanted && wanted[name] !== standardValue(recipe, wanted, name),
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
