/** What the numbers of the lab mean. */

import { describe, expect, test } from "vitest";
import { longRunVerdict, verdict } from "../../../../../cli/web/rooms/landscape/verdict.ts";

describe("verdict", () => {
  test.each([
    [null, null, "The chains take their first steps."],
    [0.1, 0.2, "Convergent: the density and the chains both match the data."],
    [12, 0.1, "Non-convergent: the chains look right, but the density is wrong. It only steers short walks."],
    [0.1, 0.9, "The density matches the data already, the chains do not yet."],
    [0.6, 0.2, "The chains match the data already, the density does not yet."],
    [0.6, 0.5, "Still learning: neither the density nor the chains match the data yet."],
    [NaN, 0.2, "The chains have run away: take a smaller step size, or start over."],
    [0.2, NaN, "The chains have run away: take a smaller step size, or start over."],
  ])("of %s nats for the model and %s for its chains", (model, shortRun, words) => {
    expect(verdict(model, shortRun)).toBe(words);
  });
});

describe("longRunVerdict", () => {
  test.each([
    [null, "The chains walk on under the model, without a new start."],
    [0.3, "Left to walk on, the chains stay with the data."],
    [0.7, "Left to walk on, the chains drift from the data a little."],
    [5, "Left to walk on, the chains do not stay with the data: the density is another one."],
    [NaN, "The chains have run away: take a smaller step size, or start over."],
  ])("of %s nats", (chains, words) => {
    expect(longRunVerdict(chains)).toBe(words);
  });
});
