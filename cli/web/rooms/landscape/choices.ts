/** What a person has chosen on the page: a recipe, the settings that differ from it, and how it is shown. */

import { givenName } from "../../../../ebm/data/given.ts";
import { recipes, toys, type Fields, type Recipe, type Settings } from "../../../../ebm/index.ts";
import { leaves, valueAt, wordOf } from "../../../config/fields.ts";
import {
  changedSettings,
  changedValue,
  changedValues,
  recipeFields,
  standardValue,
  withChange,
  type Changes,
} from "../../changes.ts";
import type { Value, Values } from "../../controls.ts";
import type { Scale } from "../../density.ts";

/** All that the address of the page holds. */
export interface Choices {
  recipe: string;
  changes: Changes;
  /** a drawing, as `own.ts` writes it; empty where there is none */
  own: string;
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
export const layers = ["data", "chains", "moves", "contours", "outline"] as const;
export const chainsModes = ["short", "long"] as const;
export type Picture = (typeof pictures)[number];
export type Layer = (typeof layers)[number];
export type ChainsMode = (typeof chainsModes)[number];

/** The data sets of the plane: in settings, and as the page calls them. */
export const dataSets: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(toys).map(([name, { title }]) => [name, title])),
  [givenName]: "Yours",
};

/** A recipe of the page: what it learns from, and in which way. */
interface Offer {
  data: string;
  learning: string;
  recipe: string;
}

/** The small recipes whose data lie in the plane. */
export const offered: readonly Offer[] = Object.values(recipes)
  .filter(({ name, settings }) => name.endsWith("-tiny") && wordOf(valueAt(settings, "data.name")) in dataSets)
  .map(({ name, settings }) => {
    const data = wordOf(valueAt(settings, "data.name"));
    return { data, learning: learningOf(name, data), recipe: name };
  });

/** What a recipe's name says besides its family and its data, or the family: `anatomy/gmm-convergent-tiny` → `convergent`. */
function learningOf(recipe: string, data: string): string {
  const [family, rest] = recipe.replace(/-tiny$/, "").split("/");
  const words = rest.split("-").filter((word) => word !== data && word !== "toy");
  return (words.join(" ") || family).replace("nonconvergent", "non-convergent");
}

/** Settings that come with a recipe and no other way: with other values they would need another page. */
export const settled: readonly string[] = ["data.size", "net.kind"];

/** What the page opens with. */
export const initial: Choices = {
  recipe: "anatomy/gmm-convergent-tiny",
  changes: {},
  own: "",
  view: { picture: "model", scale: "density", layers: ["data", "chains", "moves", "contours"], chains: "short" },
};

export const recipeOf = ({ recipe }: Choices): Recipe => recipes[recipe];

export const fieldsOf = (choices: Choices): Fields => recipeFields(recipeOf(choices));

/** The complete settings. */
export const settingsOf = (choices: Choices): Settings => changedSettings(recipeOf(choices), choices.changes);

/** The value that a setting has now. */
export const chosenValue = (choices: Choices, path: string): Value =>
  changedValue(recipeOf(choices), choices.changes, path);

/** The value that a setting has where it is left alone. */
export const recipeValue = (choices: Choices, path: string): Value =>
  standardValue(recipeOf(choices), choices.changes, path);

/** What the controls of settings show. */
export const valuesOf = (choices: Choices): Values => changedValues(recipeOf(choices), choices.changes);

/** The choices with one setting changed. */
export const withSetting = (choices: Choices, path: string, value: Value): Choices => ({
  ...choices,
  changes: withChange(recipeOf(choices), choices.changes, path, value),
});

/** The choices for another recipe. Only the seed stays: the other settings belong to the recipe. */
export function withRecipe(choices: Choices, recipe: string): Choices {
  const fresh = { ...choices, recipe, changes: {} };
  return withSetting(fresh, "seed", chosenValue(choices, "seed"));
}

/** What the recipe shows, in a sentence; of other data than its own, which they are. */
export function summaryOf(choices: Choices): string {
  const { summary, settings } = recipeOf(choices);
  // After a semicolon stands how long it takes on the command line.
  const [what] = summary.split(";");
  const data = wordOf(chosenValue(choices, "data.name"));
  const said = data === wordOf(valueAt(settings, "data.name")) ? what : `${dataSets[data]}, as in “${what}”`;
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
}

/** The way of learning of a recipe of the page. */
export const learningNow = ({ recipe }: Choices): string => offered.find((one) => one.recipe === recipe)!.learning;

/**
 * The choices for data learned in some way: the recipe for both, or where there is none the first one of this way, from these
 * data instead, if its system knows them.
 */
export function withData(choices: Choices, data: string, learning: string): Choices {
  const ways = offered.filter((one) => one.learning === learning);
  const exact = ways.find((one) => one.data === data);
  if (exact !== undefined) return withRecipe(choices, exact.recipe);
  const other = withRecipe(choices, ways[0].recipe);
  return knows(other, data) ? withSetting(other, "data.name", data) : other;
}

/** Whether the system of a recipe can learn from a data set. */
export function knows(choices: Choices, data: string): boolean {
  const field = leaves(fieldsOf(choices)).get("data.name");
  return field?.kind === "choice" && field.values.includes(data);
}

/** Whether it learns from points of one's own. */
export const isOwn = (choices: Choices): boolean => chosenValue(choices, "data.name") === givenName;

/** The choices with which points of one's own are learned from, in the present way. */
export const withOwnPoints = (choices: Choices): Choices =>
  isOwn(choices) ? choices : withData(choices, givenName, learningNow(choices));

/** Why points of one's own cannot be learned from in the present way, naming the ways that can; null where they can. */
export function ownPointsObstacle(choices: Choices): string | null {
  if (isOwn(withOwnPoints(choices))) return null;
  const able = offered.filter(({ recipe }) => knows(withRecipe(choices, recipe), givenName));
  const ways = [...new Set(able.map(({ learning }) => learning))].join(", ");
  return `points have no classes, which "${learningNow(choices)}" learns from; choose one of ${ways} first`;
}
