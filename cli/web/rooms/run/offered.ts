/** Which runs can be trained in a page: those that learn from what needs no file, or from files that a page can read. */

import { recipes, toys, type Settings } from "../../../../ebm/index.ts";
import { madeImages } from "../../../../ebm/data/made.ts";
import { valueAt, wordOf } from "../../../config/fields.ts";
import { missing, readable } from "../../shelf.ts";

/** The data set that settings ask files of, null if they need none. */
export function needsFiles(settings: Settings): string | null {
  const name = wordOf(valueAt(settings, "data.name"));
  return name in toys || name in madeImages ? null : name;
}

/** The recipes to begin a run of, by name. */
export const offered: readonly string[] = Object.values(recipes)
  .filter(({ settings }) => {
    const needed = needsFiles(settings);
    return needed === null || readable(needed);
  })
  .map(({ name }) => name);

/** The recipe that is offered first: small, and of points. */
export const initial = "anatomy/gmm-convergent-tiny";

/** What keeps a run from going on here: a sentence, and whether opening files would help; null if nothing does. */
export interface Obstacle {
  words: string;
  opens: boolean;
}

/** What keeps a run with these settings from going on here. */
export async function obstacleOf(settings: Settings): Promise<Obstacle | null> {
  const name = needsFiles(settings);
  if (name === null) return null;
  if (!readable(name))
    return { words: `It learns from “${name}”, which no page can read: continue it with ebm train.`, opens: false };
  const absent = await missing(name);
  if (absent.length === 0) return null;
  const files = name === "points" ? "its CSV" : absent.map((path) => path.split("/").at(-1)).join(", ");
  return {
    words: `It learns from ${name}, which is not here: open or drop ${files}, or continue it with ebm train.`,
    opens: true,
  };
}
