/** The words of the address, and the command line that does the same. */

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Field } from "../../../../../ebm/index.ts";
import { leaves } from "../../../../../cli/config/fields.ts";
import { override } from "../../../../../cli/config/resolve.ts";
import { choicesOf, wordsOf } from "../../../../../cli/web/rooms/landscape/address.ts";
import {
  chainsModes,
  dataSets,
  fieldsOf,
  initial,
  knows,
  layers,
  offered,
  pictures,
  recipeOf,
  recipeValue,
  settingsOf,
  summaryOf,
  settled,
  withData,
  withRecipe,
  withSetting,
  type Choices,
} from "../../../../../cli/web/rooms/landscape/choices.ts";
import type { Value } from "../../../../../cli/web/controls.ts";
import { scales } from "../../../../../cli/web/density.ts";
import { spiral, wordOfPoints } from "../../../../../cli/web/rooms/landscape/own.ts";
import { commandOf } from "../../../../../cli/web/rooms/landscape/command.ts";
import { check } from "../../../../engine/property.ts";

function legal(field: Field): fc.Arbitrary<Value> {
  switch (field.kind) {
    case "boolean":
      return fc.boolean();
    case "choice":
      return fc.constantFrom(...field.values);
    case "integer":
      return fc.integer({ min: field.min ?? 0, max: field.max ?? 1_000_000 });
    case "number": {
      const { min = 0, max = 1e6, exclusiveMin } = field;
      const excluded = exclusiveMin !== undefined;
      // A negative zero is written as 0.
      return fc
        .double({ min: exclusiveMin ?? min, max, minExcluded: excluded, noNaN: true })
        .map((value) => (value === 0 ? 0 : value));
    }
    case "list":
      return fc.array(legal(field.of), { minLength: 1, maxLength: 3 }).map((members) => members.join(","));
  }
}

/** A setting of the recipe's own system; data sets are those of the plane that it knows. */
const settingOf = (choices: Choices): fc.Arbitrary<[string, Value]> => {
  const known = leaves(fieldsOf(choices));
  const planar = Object.keys(dataSets).filter((data) => knows(choices, data));
  return fc
    .constantFrom(...[...known.keys()].filter((path) => !settled.includes(path)))
    .chain((path) =>
      (path === "data.name" ? fc.constantFrom(...planar) : legal(known.get(path)!)).map((value): [string, Value] => [
        path,
        value,
      ]),
    );
};

const view = fc.record({
  picture: fc.constantFrom(...pictures),
  scale: fc.constantFrom(...scales),
  layers: fc.subarray([...layers]),
  chains: fc.constantFrom(...chainsModes),
});

const anyChoices: fc.Arbitrary<Choices> = fc
  .record({
    recipe: fc.constantFrom(...offered.map(({ recipe }) => recipe)),
    own: fc.constantFrom("", wordOfPoints(spiral)),
    view,
  })
  .chain(({ recipe, own, view }) => {
    const begun: Choices = { ...withRecipe(initial, recipe), own, view };
    return fc
      .array(settingOf(begun), { maxLength: 8 })
      .map((settings) =>
        settings.reduce<Choices>((choices, [path, value]) => withSetting(choices, path, value), begun),
      );
  });

const read = (words: string): ReturnType<typeof choicesOf> => choicesOf(new URLSearchParams(words));

describe("the address", () => {
  test("holds every choice and gives it back", () =>
    check(anyChoices, (choices) => {
      expect(choicesOf(new URLSearchParams(wordsOf(choices)))).toEqual({ choices, problems: [] });
    }));

  test("of the page as it opens names the recipe, and an empty one opens the same", () => {
    expect(wordsOf(initial)).toEqual({ recipe: "anatomy/gmm-convergent-tiny" });
    expect(read("")).toEqual({ choices: initial, problems: [] });
  });

  test("reads as a person would write it", () => {
    const choices = withSetting(withSetting(initial, "sampler.steps", 30), "seed", 7);
    const view = { ...choices.view, scale: "energy", layers: ["chains"] } as const;
    expect(wordsOf({ ...choices, view })).toEqual({
      recipe: "anatomy/gmm-convergent-tiny",
      seed: "7",
      "sampler.steps": "30",
      scale: "energy",
      layers: "chains",
    });
  });

  test.each([
    ["sampler.stesp=60", 'address: sampler.stesp=60: no option "sampler.stesp"; did you mean "sampler.steps"?'],
    ["sampler.steps=many", 'address: sampler.steps=many: "sampler.steps" is an integer of at least 1, got "many"'],
    ["sampler.noise=-1", 'address: sampler.noise=-1: "sampler.noise" is a number of at least 0, got -1'],
    ["data.name=mnist", `address: data.name is one of ${Object.keys(dataSets).join(", ")}, got "mnist"`],
    ["recipe=anatomy/gmm", 'address: no such recipe, "anatomy/gmm"'],
    ["recipe=shortrun/mnist", 'address: not for this page, "shortrun/mnist"'],
    ["scale=loud", 'address: scale is one of density, energy, got "loud"'],
    ["layers=data,fog", 'address: layers is one of data, chains, moves, contours, outline, got "fog"'],
  ])("with %s leaves that out and says so", (words, problem) => {
    expect(read(`${words}&seed=5`)).toEqual({ choices: withSetting(initial, "seed", 5), problems: [problem] });
  });
});

describe("withSetting", () => {
  test("forgets a change that is taken back", () => {
    const changed = withSetting(initial, "sampler.steps", 30);
    expect(changed.changes).toEqual({ "sampler.steps": 30 });
    expect(withSetting(changed, "sampler.steps", recipeValue(initial, "sampler.steps"))).toEqual(initial);
  });
});

describe("data of another recipe, or of none", () => {
  const moons = withData(initial, "moons", "convergent");

  test("come with their measures as published, of which the address and the command tell no more than was changed", () => {
    expect(moons.recipe).toBe("anatomy/gmm-convergent-tiny");
    expect(settingsOf(moons).data).toMatchObject({ name: "moons", groups: 2, sd: 0.2, radius: 2 });
    expect(commandOf(moons)).toBe("ebm train anatomy/gmm-convergent-tiny --set data.name=moons");
    expect(withSetting(moons, "data.sd", 0.2)).toEqual(moons);
    expect(withSetting(moons, "data.sd", 0.15).changes).toEqual({ "data.name": "moons", "data.sd": 0.15 });
  });

  test("are named before what the recipe shows", () => {
    expect(summaryOf(initial)).toBe("Eight Gaussians, learned so that the energy is the true density.");
    expect(summaryOf(moons)).toBe("Moons, as in “eight Gaussians, learned so that the energy is the true density”.");
  });
});

describe("withRecipe", () => {
  test("keeps the seed and the view, and nothing else", () => {
    const before = withSetting(withSetting(initial, "seed", 9), "sampler.noise", 0.5);
    expect(withRecipe(before, offered[3].recipe)).toEqual({
      ...before,
      recipe: offered[3].recipe,
      changes: { seed: 9 },
    });
  });
});

describe("the command", () => {
  test("names the recipe, the seed and what was changed", () => {
    const choices = withSetting(withSetting(initial, "sampler.steps", 30), "seed", 7);
    expect(commandOf(choices)).toBe("ebm train anatomy/gmm-convergent-tiny --seed 7 --set sampler.steps=30");
  });

  test("makes the command line train with the settings of the page", () =>
    check(anyChoices, (choices) => {
      const words = commandOf(choices).split(" ").slice(2);
      expect(words[0]).toBe(choices.recipe);
      const values = (option: string): string[] => words.filter((_, at) => words[at - 1] === option);
      const options = { set: values("--set"), seed: values("--seed")[0] };
      expect(override(fieldsOf(choices), recipeOf(choices).settings, options)).toEqual(settingsOf(choices));
    }));
});
