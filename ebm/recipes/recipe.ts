/** How recipes are written: as changes to one another. */

import type { Settings } from "../settings.ts";
import type { Recipe } from "../training.ts";

/** Some of the settings, in their groups. */
export type Changes<S> = { [Name in keyof S]?: S[Name] extends object ? Changes<S[Name]> : S[Name] };

/** Settings with some of them changed. */
export function changed<S extends object>(settings: S, changes: Changes<S>): S {
  const entries = Object.entries(changes).map(([name, change]) => {
    const before = settings[name as keyof S];
    return [name, typeof change === "object" && change !== null ? changed(before as object, change) : change];
  });
  return { ...settings, ...(Object.fromEntries(entries) as Partial<S>) };
}

/** A recipe like another: the small variant shows the same point in under two minutes on a software adapter. */
export const variant = <S extends Settings>(
  recipe: Recipe & { settings: S },
  name: string,
  summary: string,
  changes: Changes<S>,
): Recipe & { settings: S } => ({
  ...recipe,
  name,
  summary,
  settings: changed(recipe.settings, changes),
});
