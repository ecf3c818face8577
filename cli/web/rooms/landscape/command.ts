/** The command line that trains what the page trains. */

import { trainCommand } from "../../changes.ts";
import { isOwn, recipeOf, type Choices } from "./choices.ts";

/** `ebm train anatomy/gmm-convergent-tiny --seed 7 --set sampler.steps=30`, with the file of one's own points. */
export const commandOf = (choices: Choices): string =>
  trainCommand(recipeOf(choices), choices.changes) + (isOwn(choices) ? " --data points.csv" : "");
