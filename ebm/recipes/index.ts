/** The recipes by name. */

import type { Recipe } from "../training.ts";
import { gmmConvergent, gmmConvergentTiny } from "./anatomy/gmmConvergent.ts";
import { gmmNonconvergent, gmmNonconvergentTiny } from "./anatomy/gmmNonconvergent.ts";
import { mnistConvergent, mnistConvergentTiny } from "./anatomy/mnistConvergent.ts";
import { ringsConvergent, ringsConvergentTiny } from "./anatomy/ringsConvergent.ts";
import { ringsNonconvergent, ringsNonconvergentTiny } from "./anatomy/ringsNonconvergent.ts";
import { shortrunMnist, shortrunMnistTiny } from "./shortrun/mnist.ts";

const all: readonly Recipe[] = [
  ...[gmmConvergent, gmmConvergentTiny, gmmNonconvergent, gmmNonconvergentTiny],
  ...[ringsConvergent, ringsConvergentTiny, ringsNonconvergent, ringsNonconvergentTiny],
  ...[mnistConvergent, mnistConvergentTiny],
  ...[shortrunMnist, shortrunMnistTiny],
];

export const recipes: Readonly<Record<string, Recipe>> = Object.fromEntries(all.map((recipe) => [recipe.name, recipe]));
