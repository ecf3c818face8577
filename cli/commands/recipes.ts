/** ebm recipes: lists the recipes, or the settings of one of them. */

import type { Field } from "../../ebm/settings.ts";
import { leaves, legalValues, valueAt, wordOf } from "../config/fields.ts";
import { findRecipe, findSystem } from "../config/resolve.ts";
import { say, type World } from "../world.ts";

/** Every recipe in a line; or, for one, where its numbers come from and each setting with its value and meaning. */
export function recipes(world: World, name: string | undefined): void {
  if (name === undefined) {
    const all = Object.values(world.recipes);
    say(world, table(all.map((recipe) => [recipe.name, recipe.summary])));
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
  say(world, table(rows));
}

function meaning(field: Field): string {
  const unit = "unit" in field && field.unit !== undefined ? `, in ${field.unit}` : "";
  return `${field.about} (${legalValues(field)}${unit})`;
}

/** Columns as wide as their widest cell, but for the last. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) => row.map((cell, i) => (i < row.length - 1 ? cell.padEnd(widths[i]) : cell)).join("  "))
    .join("\n");
}
