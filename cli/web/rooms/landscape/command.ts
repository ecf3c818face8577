/** The command line that trains what the page trains. */

import { isOwn, type Choices } from "./choices.ts";

/** `ebm train anatomy/gmm-convergent-tiny --seed 7 --set sampler.steps=30` */
export function commandOf(choices: Choices): string {
  const { recipe, changes } = choices;
  const options = Object.entries(changes).map(([path, value]) =>
    path === "seed" ? `--seed ${value}` : `--set ${path}=${value}`,
  );
  return ["ebm train", recipe, ...options, ...(isOwn(choices) ? ["--data points.csv"] : [])].join(" ");
}
