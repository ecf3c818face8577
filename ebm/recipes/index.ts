/** The recipes by name. */

import type { Recipe } from "../training.ts";
import { cifar10Nonconvergent, cifar10NonconvergentTiny } from "./anatomy/cifar10Nonconvergent.ts";
import { cifar10Oscillate } from "./anatomy/cifar10Oscillate.ts";
import { flowersConvergent, flowersConvergentGentle, flowersConvergentTiny } from "./anatomy/flowersConvergent.ts";
import { flowersNonconvergent, flowersNonconvergentTiny } from "./anatomy/flowersNonconvergent.ts";
import { gmmConvergent, gmmConvergentTiny } from "./anatomy/gmmConvergent.ts";
import { gmmNonconvergent, gmmNonconvergentTiny } from "./anatomy/gmmNonconvergent.ts";
import { mnistConvergent, mnistConvergentTiny } from "./anatomy/mnistConvergent.ts";
import { ringsConvergent, ringsConvergentTiny } from "./anatomy/ringsConvergent.ts";
import { ringsNonconvergent, ringsNonconvergentTiny } from "./anatomy/ringsNonconvergent.ts";
import * as jemCifar10 from "./jem/cifar10.ts";
import * as jemMnist from "./jem/mnist.ts";
import * as jemOthers from "./jem/others.ts";
import * as jemToy from "./jem/toy.ts";
import { shortrunCifar10, shortrunCifar10Tiny } from "./shortrun/cifar10.ts";
import { shortrunFashion, shortrunFashionTiny } from "./shortrun/fashion.ts";
import { shortrunMnist, shortrunMnistTiny } from "./shortrun/mnist.ts";
import { studyFashion, studyFashionTiny } from "./study/fashion.ts";
import { studyRectangles, studyRectanglesTiny } from "./study/rectangles.ts";

const all: readonly Recipe[] = [
  ...[gmmConvergent, gmmConvergentTiny, gmmNonconvergent, gmmNonconvergentTiny],
  ...[ringsConvergent, ringsConvergentTiny, ringsNonconvergent, ringsNonconvergentTiny],
  ...[mnistConvergent, mnistConvergentTiny],
  ...[flowersConvergent, flowersConvergentGentle, flowersConvergentTiny],
  ...[flowersNonconvergent, flowersNonconvergentTiny],
  ...[cifar10Nonconvergent, cifar10NonconvergentTiny, cifar10Oscillate],
  ...[shortrunMnist, shortrunMnistTiny, shortrunFashion, shortrunFashionTiny, shortrunCifar10, shortrunCifar10Tiny],
  ...[jemToy, jemMnist, jemCifar10, jemOthers].flatMap((file): Recipe[] => Object.values(file)),
  ...[studyFashion, studyFashionTiny, studyRectangles, studyRectanglesTiny],
];

export const recipes: Readonly<Record<string, Recipe>> = Object.fromEntries(all.map((recipe) => [recipe.name, recipe]));
