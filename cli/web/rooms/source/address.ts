/** What is looked at as words of the page's address, and back: those of the landscape, a part and a symbol of it. */

import { choicesOf, wordsOf } from "../landscape/address.ts";
import type { Choices } from "../landscape/choices.ts";

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

/** A part or symbol that is not there is the first of its kind, when it is shown. */
export function sightOf(words: URLSearchParams): { sight: Sight; problems: string[] } {
  const rest = new URLSearchParams(words);
  const [part, sign] = [rest.get("part") ?? usual.part, Number(rest.get("sign") ?? usual.sign)];
  rest.delete("part");
  rest.delete("sign");
  const { choices, problems } = choicesOf(rest);
  return { sight: { choices, part, sign: Number.isInteger(sign) && sign >= 0 ? sign : usual.sign }, problems };
}
