/** What is looked at as words of the page's address, and back: a recipe and what differs from it, a part and a symbol of it. */

import { recipes } from "../../../../ebm/index.ts";
import { changeWords, recipeFields, withChange, type Changes } from "../../changes.ts";
import { readSetting } from "../../controls.ts";
import { raceOf, wordsOf as raceWordsOf } from "../arena/address.ts";
import type { Race } from "../arena/protocol.ts";
import { partsOf } from "./parts/index.ts";

/** A training or a race of the arena, and what of it is looked at. */
export interface Sight {
  /** null where a training is looked at */
  race: Race | null;
  recipe: string;
  changes: Changes;
  part: string;
  /** the place of the symbol in its equation */
  sign: number;
  /** words of the landscape that say nothing here, and go back with whoever goes there */
  passed: Readonly<Record<string, string>>;
}

const usual = { recipe: "anatomy/gmm-convergent-tiny", part: "sampler", sign: 0 };
const passing = ["own", "picture", "scale", "chains", "layers"];

/** The recipes whose equations there are. */
export const shown: readonly string[] = Object.keys(recipes).filter((name) => recipes[name].system in partsOf);

/** The words of a training or a race alone, which other rooms read too. */
export const subjectWords = ({ race, recipe, changes, passed }: Sight): Record<string, string> =>
  race === null ? { recipe, ...changeWords(changes), ...passed } : raceWordsOf(race);

export const sightWords = (sight: Sight): Record<string, string> => ({
  ...subjectWords(sight),
  ...(sight.part !== usual.part && { part: sight.part }),
  ...(sight.sign !== usual.sign && { sign: String(sight.sign) }),
});

/**
 * A part or symbol that is not there is the first of its kind, when it is shown; a recipe without equations and settings that make
 * no sense are left out, and named among the problems.
 */
export function sightOf(words: URLSearchParams): { sight: Sight; problems: string[] } {
  if (words.has("target")) return raceSightOf(words);
  const problems: string[] = [];
  const wanted = words.get("recipe") ?? usual.recipe;
  const recipe = shown.includes(wanted) ? wanted : usual.recipe;
  if (recipe !== wanted) problems.push(`address: no recipe "${wanted}" with equations`);
  let changes: Changes = {};
  const passed: Record<string, string> = {};
  for (const [name, word] of words) {
    if (["recipe", "part", "sign"].includes(name)) continue;
    if (passing.includes(name)) passed[name] = word;
    else
      try {
        changes = withChange(recipes[recipe], changes, name, readSetting(recipeFields(recipes[recipe]), name, word));
      } catch (error) {
        problems.push((error as Error).message);
      }
  }
  return { sight: { race: null, recipe, changes, passed, ...placeOf(words, usual.part) }, problems };
}

/** Race and sampler of an address that names a target. */
function raceSightOf(words: URLSearchParams): { sight: Sight; problems: string[] } {
  const rest = new URLSearchParams([...words].filter(([name]) => name !== "part" && name !== "sign"));
  const { race, problems } = raceOf(rest);
  return {
    sight: { race, recipe: usual.recipe, changes: {}, passed: {}, ...placeOf(words, race.racers[0]) },
    problems,
  };
}

function placeOf(words: URLSearchParams, part: string): Pick<Sight, "part" | "sign"> {
  const sign = Number(words.get("sign") ?? usual.sign);
  return { part: words.get("part") ?? part, sign: Number.isInteger(sign) && sign >= 0 ? sign : usual.sign };
}
