/** From what was asked for to complete settings: a recipe, then a file, then --set, in that order of strength. */

import type { Fields, Settings } from "../../ebm/settings.ts";
import type { Recipe, System } from "../../ebm/training.ts";
import { Failure } from "../failure.ts";
import { readAssignment } from "./assignment.ts";
import { changed } from "./brought.ts";
import { merge } from "./fields.ts";
import { readConfigFile } from "./file.ts";
import { checkSettings } from "./schema.ts";
import { didYouMean } from "./suggest.ts";

/** The recipes and systems to choose from. */
export interface Catalogue {
  recipes: Readonly<Record<string, Recipe>>;
  systems: Readonly<Record<string, System>>;
}

/** The named flags that stand for a setting, and the `--set` options in their order. */
export interface Overrides {
  set?: readonly string[];
  seed?: string;
  steps?: string;
  guard?: string;
}

/** Complete and valid: what a run begins with. */
export interface Resolved {
  recipe: string;
  system: string;
  settings: Settings;
}

/** The settings that the `RECIPE` argument (a recipe's name, or a configuration file) and the options make together. */
export async function resolve(
  catalogue: Catalogue,
  nameOrFile: string,
  overrides: Overrides,
  cwd: string,
): Promise<Resolved> {
  const file = /\.jsonc?$/.test(nameOrFile) ? await readConfigFile(nameOrFile, cwd) : null;
  const recipe = findRecipe(catalogue, file?.recipe ?? nameOrFile, file === null ? "" : `${nameOrFile}: `);
  const { fields } = findSystem(catalogue, recipe.system);
  const weak = checkSettings(fields, recipe.settings, `recipe ${recipe.name}`, { partial: false });
  const strong = file === null ? {} : checkSettings(fields, file.settings, nameOrFile, { partial: true });
  const settings = override(fields, changed(fields, weak, strong), overrides);
  return { recipe: recipe.name, system: recipe.system, settings };
}

/** Settings with the options of the command line over them, and what these bring along. */
export function override(fields: Fields, settings: Settings, { set = [], seed, steps, guard }: Overrides): Settings {
  const strongest = set.map((text) => readAssignment(fields, text));
  if (seed !== undefined) strongest.push(readAssignment(fields, `seed=${seed}`, `--seed ${seed}`));
  if (steps !== undefined) strongest.push(readAssignment(fields, `updates=${steps}`, `--steps ${steps}`));
  if (guard !== undefined) strongest.push(readAssignment(fields, `guard.mode=${guard}`, `--guard ${guard}`));
  return changed(fields, settings, strongest.reduce(merge, {}));
}

/** The recipe of this name; throws a Failure that suggests one. */
export function findRecipe({ recipes }: Catalogue, name: string, where = ""): Recipe {
  if (Object.hasOwn(recipes, name)) return recipes[name];
  const otherwise = '"ebm recipes" lists them';
  throw new Failure("usage", `${where}no recipe "${name}"${didYouMean(name, Object.keys(recipes), otherwise)}`);
}

/** The system of this name; throws a Failure where this version has none. */
export function findSystem({ systems }: Catalogue, name: string): System {
  if (Object.hasOwn(systems, name)) return systems[name];
  throw new Failure("usage", `no system "${name}"; there are ${Object.keys(systems).join(", ")}`);
}
