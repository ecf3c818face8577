/** Which runs can be trained in a page: those that learn from points and images that need no file. */

import { recipes, type Settings } from "../../../../ebm/index.ts";
import { madeImages } from "../../../../ebm/data/made.ts";
import { pointSources } from "../../../../ebm/data/points.ts";
import { valueAt, wordOf } from "../../../config/fields.ts";

/** The data set that settings ask files of, null if they need none. */
export function needsFiles(settings: Settings): string | null {
  const name = wordOf(valueAt(settings, "data.name"));
  return name in pointSources || name in madeImages ? null : name;
}

/** The recipes that need no files, by name. */
export const offered: readonly string[] = Object.values(recipes)
  .filter(({ settings }) => needsFiles(settings) === null)
  .map(({ name }) => name);
