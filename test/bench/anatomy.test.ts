/** The proof by the experiments of ebm-anatomy: its table, and that a run is measured in full. */

import { expect, test } from "vitest";
import "../engine/opened.ts";
import { outcomeOf } from "../../bench/ebm/anatomyOutcome.ts";
import { quantities, runs, type Outcome } from "../../bench/ebm/anatomyRuns.ts";
import { changed } from "../../ebm/recipes/recipe.ts";

test("outcomeOf measures every quantity of the table", async () => {
  const updates = 10;
  const settings = changed(runs[0].settings, {
    ...{ updates, batch: 8, net: { width: 4 }, sampler: { steps: 2 }, start: { size: 16 } },
    ...{ landscape: { resolution: 9, samples: 12 }, log: { longrun: updates, longrunSteps: 3 } },
  });
  const outcome = await outcomeOf({ ...runs[0], settings, early: 4 }, () => undefined);
  expect(Object.keys(outcome).sort()).toEqual(Object.keys(quantities).sort());
  for (const [name, value] of Object.entries(outcome)) expect(value, name).toSatisfy(Number.isFinite);
});

/** What was not recorded of the original code, as it should be. */
const unrecorded: Record<string, Partial<Outcome>> = {
  "anatomy/gmm-convergent": { longrun_energy: 0 },
  "anatomy/gmm-nonconvergent": { longrun_energy: -10 },
};

test.each(runs.filter(({ recipe }) => recipe in unrecorded))(
  "the original code's numbers pass the guards of $recipe, and those of the other setting do not",
  ({ recipe, reference, guards }) => {
    const failing = (outcome: Partial<Outcome>) => guards.filter(({ holds }) => !holds(outcome as Outcome));
    expect(failing({ ...reference, ...unrecorded[recipe] })).toEqual([]);
    const [other] = runs.filter((run) => run.recipe in unrecorded && run.recipe !== recipe);
    expect(failing({ ...other.reference, ...unrecorded[other.recipe] }).length).toBeGreaterThan(1);
  },
);
