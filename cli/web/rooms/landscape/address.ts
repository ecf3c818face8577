/** Choices as words of the page's address, and back: `recipe=anatomy/gmm-convergent-tiny&sampler.steps=30`. */

import { recipes } from "../../../../ebm/index.ts";
import { changeWords } from "../../changes.ts";
import { readSetting, type Value } from "../../controls.ts";
import { scales } from "../../density.ts";
import {
  chainsModes,
  dataSets,
  fieldsOf,
  initial,
  layers,
  offered,
  pictures,
  settled,
  withSetting,
  type Choices,
  type View,
} from "./choices.ts";
import { pointsOfWord } from "./own.ts";

/** The words of choices. What is as the room opens with it is left out, except the recipe. */
export function wordsOf({ recipe, changes, own, view }: Choices): Record<string, string> {
  const usual = viewWords(initial.view);
  const shown = Object.entries(viewWords(view)).filter(([name, word]) => word !== usual[name]);
  return { recipe, ...changeWords(changes), ...(own !== "" && { own }), ...Object.fromEntries(shown) };
}

/** The choices of an address, and in words what of it makes no sense and was left out. */
export function choicesOf(words: URLSearchParams): { choices: Choices; problems: string[] } {
  const problems: string[] = [];
  let choices = initial;
  const recipe = words.get("recipe") ?? initial.recipe;
  if (offered.some((one) => one.recipe === recipe)) choices = { ...choices, recipe };
  else
    problems.push(`address: ${Object.hasOwn(recipes, recipe) ? "not for this page" : "no such recipe"}, "${recipe}"`);

  for (const [name, word] of words) {
    if (name === "recipe") continue;
    try {
      if (name === "own") choices = { ...choices, own: drawingOf(word) };
      else if (name in viewReaders) choices = { ...choices, view: { ...choices.view, ...viewReaders[name](word) } };
      else choices = withSetting(choices, name, settingOf(choices, name, word));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { choices, problems };
}

/** A drawing, if it is one. */
function drawingOf(word: string): string {
  pointsOfWord(word);
  return word;
}

/** A setting that this page lets one choose. */
function settingOf(choices: Choices, path: string, word: string): Value {
  if (settled.includes(path)) throw new RangeError(`address: ${path} comes with the recipe, got "${word}"`);
  if (path === "data.name" && !(word in dataSets))
    throw new RangeError(`address: data.name is one of ${Object.keys(dataSets).join(", ")}, got "${word}"`);
  return readSetting(fieldsOf(choices), path, word);
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
