/** ebm recipes: lists the recipes, or the settings of one of them. */

import type { Field } from "../../ebm/settings.ts";
import { columns } from "../columns.ts";
import { leaves, legalValues, valueAt, wordOf } from "../config/fields.ts";
import { findRecipe, findSystem } from "../config/resolve.ts";
import { say, type World } from "../world.ts";

/** Every recipe in a line; or, for one, where its numbers come from and each setting with its value and meaning. */
export function recipes(world: World, name: string | undefined): void {
  if (name === undefined) {
    const all = Object.values(world.recipes);
    say(world, columns(all.map((recipe) => [recipe.name, recipe.summary])));
    return;
  }
  const recipe = findRecipe(world, name);
  const { fields } = findSystem(world, recipe.system);
  const rows = [...leaves(fields)].map(([path, field]) => [
    path,
    wordOf(valueAt(recipe.settings, path)),
    meaning(field),
  ]);
  say(world, `${recipe.name}: ${recipe.summary}\nsource: ${recipe.source}\nsystem: ${recipe.system}\n`);
  say(world, columns(rows));
}

function meaning(field: Field): string {
  const unit = "unit" in field && field.unit !== undefined ? `, in ${field.unit}` : "";
  return `${field.about} (${legalValues(field)}${unit})`;
}
