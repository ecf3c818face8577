/** Choices as the hash of the page's address, and back: `#v=1&recipe=anatomy/gmm-convergent-tiny&sampler.steps=30`. */

import { recipes } from "../../ebm/index.ts";
import { readAssignment } from "../config/assignment.ts";
import { valueAt } from "../config/fields.ts";
import {
  chainsModes,
  fieldsOf,
  initial,
  layers,
  offered,
  pictures,
  scales,
  settled,
  withSetting,
  type Choices,
  type Value,
  type View,
} from "./choices.ts";

const version = "1";

/** The hash without `#`. What is as the page opens with it is left out, except the recipe. */
export function hashOf({ recipe, changes, view }: Choices): string {
  const words = new URLSearchParams({ v: version, recipe });
  for (const [path, value] of Object.entries(changes)) words.set(path, String(value));
  for (const [name, word] of Object.entries(viewWords(view)))
    if (word !== viewWords(initial.view)[name]) words.set(name, word);
  return words.toString().replaceAll("%2F", "/").replaceAll("%2C", ",");
}

/** The choices of a hash, and in words what of it makes no sense and was left out. */
export function choicesOf(hash: string): { choices: Choices; problems: string[] } {
  const words = new URLSearchParams(hash.replace(/^#/, ""));
  const problems: string[] = [];
  let choices = initial;
  const given = words.get("v") ?? version;
  if (given !== version) problems.push(`address: this page reads version ${version}, got v=${given}`);
  const recipe = words.get("recipe") ?? initial.recipe;
  if (offered.some((one) => one.recipe === recipe)) choices = { ...choices, recipe };
  else
    problems.push(`address: ${Object.hasOwn(recipes, recipe) ? "not for this page" : "no such recipe"}, "${recipe}"`);

  for (const [name, word] of words) {
    if (name === "v" || name === "recipe") continue;
    try {
      if (name in viewReaders) choices = { ...choices, view: { ...choices.view, ...viewReaders[name](word) } };
      else choices = withSetting(choices, name, readSetting(choices, name, word));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { choices, problems };
}

/** A setting as the command line reads it after --set. */
function readSetting(choices: Choices, path: string, word: string): Value {
  if (settled.includes(path)) throw new RangeError(`address: ${path} comes with the recipe, got "${word}"`);
  return valueAt(readAssignment(fieldsOf(choices), `${path}=${word}`, `address: ${path}=${word}`), path) as Value;
}

const viewWords = ({ picture, scale, layers, chains }: View): Record<string, string> => ({
  ...{ picture, scale, chains },
  layers: layers.join(",") || "none",
});

const viewReaders: Readonly<Record<string, (word: string) => Partial<View>>> = {
  picture: (word) => ({ picture: oneOf(pictures, "picture", word) }),
  scale: (word) => ({ scale: oneOf(scales, "scale", word) }),
  chains: (word) => ({ chains: oneOf(chainsModes, "chains", word) }),
  layers: (word) => {
    const named = word === "none" ? [] : word.split(",").map((one) => oneOf(layers, "layers", one));
    return { layers: layers.filter((layer) => named.includes(layer)) };
  },
};

function oneOf<T extends string>(legal: readonly T[], name: string, word: string): T {
  const found = legal.find((one) => one === word);
  if (found === undefined) throw new RangeError(`address: ${name} is one of ${legal.join(", ")}, got "${word}"`);
  return found;
}
