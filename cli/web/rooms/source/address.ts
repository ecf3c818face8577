/** What is looked at as words of the page's address, and back: those of the landscape, a part and a symbol of it. */

import { choicesOf, wordsOf } from "../landscape/address.ts";
import { initial, recipeOf, type Choices } from "../landscape/choices.ts";
import { partsOf } from "./parts.ts";

/** A training, and what of it is looked at. */
export interface Sight {
  choices: Choices;
  part: string;
  /** the place of the symbol in its equation */
  sign: number;
}

const usual = { part: "sampler", sign: 0 };

export const sightWords = ({ choices, part, sign }: Sight): Record<string, string> => ({
  ...wordsOf(choices),
  ...(part !== usual.part && { part }),
  ...(sign !== usual.sign && { sign: String(sign) }),
});

/**
 * A part or symbol that is not there is the first of its kind, when it is shown; a recipe without equations is left out, and named
 * among the problems.
 */
export function sightOf(words: URLSearchParams): { sight: Sight; problems: string[] } {
  const rest = new URLSearchParams(words);
  const [part, sign] = [rest.get("part") ?? usual.part, Number(rest.get("sign") ?? usual.sign)];
  rest.delete("part");
  rest.delete("sign");
  const { choices, problems } = choicesOf(rest);
  const place = { part, sign: Number.isInteger(sign) && sign >= 0 ? sign : usual.sign };
  if (recipeOf(choices).system in partsOf) return { sight: { choices, ...place }, problems };
  const missing = `recipe: the source view has no equations of ${choices.recipe} yet`;
  return { sight: { choices: initial, ...place }, problems: [...problems, missing] };
}
