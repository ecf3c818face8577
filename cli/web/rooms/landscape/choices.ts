/** What a person has chosen on the page: a recipe, the settings that differ from it, and how it is shown. */

import { recipes, systems, type Fields, type Recipe, type Settings } from "../../../../ebm/index.ts";
import { leaves, merge, settingAt, valueAt } from "../../../config/fields.ts";
import type { Value, Values } from "../../controls.ts";
import type { Scale } from "../../density.ts";

/** All that the address of the page holds. */
export interface Choices {
  recipe: string;
  /** settings that differ from the recipe's, by dotted path */
  changes: Readonly<Record<string, Value>>;
  view: View;
}

/** What is drawn, which no number depends on. */
export interface View {
  /** the density that fills the square */
  picture: Picture;
  scale: Scale;
  layers: readonly Layer[];
  /** whether chains start anew after the steps of an update, or walk on for ever */
  chains: ChainsMode;
}

export const pictures = ["truth", "model", "shortrun"] as const;
export const layers = ["data", "chains", "contours", "outline"] as const;
export const chainsModes = ["short", "long"] as const;
export type Picture = (typeof pictures)[number];
export type Layer = (typeof layers)[number];
export type ChainsMode = (typeof chainsModes)[number];

/** The recipes that the page offers, by data set and way of learning. */
export const offered: readonly { data: string; learning: string; recipe: string }[] = [
  { data: "Gaussians", learning: "convergent", recipe: "anatomy/gmm-convergent-tiny" },
  { data: "Gaussians", learning: "non-convergent", recipe: "anatomy/gmm-nonconvergent-tiny" },
  { data: "Rings", learning: "convergent", recipe: "anatomy/rings-convergent-tiny" },
  { data: "Rings", learning: "non-convergent", recipe: "anatomy/rings-nonconvergent-tiny" },
];

/** Settings that come with a recipe and no other way: with other values they would need another page. */
export const settled: readonly string[] = ["data.name", "data.size", "net.kind"];

/** What the page opens with. */
export const initial: Choices = {
  recipe: offered[0].recipe,
  changes: {},
  view: { picture: "model", scale: "density", layers: ["data", "chains", "contours"], chains: "short" },
};

export const recipeOf = ({ recipe }: Choices): Recipe => recipes[recipe];

export const fieldsOf = (choices: Choices): Fields => systems[recipeOf(choices).system].fields;

/** The complete settings. */
export const settingsOf = (choices: Choices): Settings =>
  Object.entries(choices.changes)
    .map(([path, value]) => settingAt(path, value))
    .reduce(merge, recipeOf(choices).settings);

/** The value that a setting has now. */
export const chosenValue = (choices: Choices, path: string): Value =>
  choices.changes[path] ?? recipeValue(choices, path);

/** The value that a setting has in the recipe. */
export const recipeValue = (choices: Choices, path: string): Value =>
  valueAt(recipeOf(choices).settings, path) as Value;

/** What the controls of settings show. */
export const valuesOf = (choices: Choices): Values => ({
  fields: fieldsOf(choices),
  now: (path) => chosenValue(choices, path),
  standard: (path) => recipeValue(choices, path),
});

/** The choices with one setting changed; a value equal to the recipe's is no change. Changes stay in the order of the fields. */
export function withSetting(choices: Choices, path: string, value: Value): Choices {
  const wanted: Record<string, Value> = { ...choices.changes, [path]: value };
  const changed = [...leaves(fieldsOf(choices)).keys()].filter(
    (name) => name in wanted && wanted[name] !== recipeValue(choices, name),
  );
  return { ...choices, changes: Object.fromEntries(changed.map((name) => [name, wanted[name]])) };
}

/** The choices for another recipe. Only the seed stays: the other settings belong to the recipe. */
export function withRecipe(choices: Choices, recipe: string): Choices {
  const fresh = { ...choices, recipe, changes: {} };
  return withSetting(fresh, "seed", chosenValue(choices, "seed"));
}
