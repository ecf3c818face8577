// Settings: which wins, what is refused, and in which words.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readAssignment } from "../../cli/config/assignment.ts";
import { changed } from "../../cli/config/brought.ts";
import { legalValues, leaves, merge, valueAt } from "../../cli/config/fields.ts";
import { resolve } from "../../cli/config/resolve.ts";
import { checkSettings } from "../../cli/config/schema.ts";
import { suggest } from "../../cli/config/suggest.ts";
import { recipes, systems } from "../../ebm/index.ts";
import type { Field, Fields, Settings } from "../../ebm/settings.ts";
import { testWorld } from "./world.ts";

const fields: Fields = {
  seed: { kind: "integer", about: "seed", min: 0 },
  kind: { kind: "choice", about: "a setting that is called kind", values: ["a", "b"] },
  sampler: {
    kind: { kind: "choice", about: "which", values: ["langevin", "mala"] },
    noise: { kind: "number", about: "noise", min: 0, max: 1 },
    deep: { on: { kind: "boolean", about: "switch" } },
    at: { kind: "list", about: "when", of: { kind: "integer", about: "steps", min: 1 } },
  },
};

describe("resolve takes the recipe, then the file, then --set, and the named flags last", () => {
  test("each wins over the one before", async () => {
    const { world } = await testWorld();
    const file =
      '{ // mine\n "recipe": "toy/gmm", "settings": { "seed": 2, "sampler": { "steps": 20, "stepSize": 0.25 } }, }';
    await writeFile(join(world.cwd, "my.jsonc"), file);
    const { recipe, settings } = await resolve(
      world,
      "my.jsonc",
      { set: ["sampler.steps=30", "seed=3"], seed: "4" },
      world.cwd,
    );
    expect(recipe).toBe("toy/gmm");
    expect(settings).toMatchObject({ seed: 4, updates: 6, sampler: { steps: 30, stepSize: 0.25 } });
  });

  const files: [string, string, string][] = [
    ["no JSON", '{\n"recipe": }', "my.jsonc:2: not JSON, ValueExpected"],
    ["no recipe", "{}", 'my.jsonc: "recipe": '],
    ["an unknown member", '{ "recipe": "toy/gmm", "sampler": {} }', "my.jsonc: Unrecognized key"],
    ["an unknown recipe", '{ "recipe": "toy/gm" }', 'my.jsonc: no recipe "toy/gm"; did you mean "toy/gmm"?'],
    [
      "an unknown setting",
      '{ "recipe": "toy/gmm", "settings": { "sampler": { "stesp": 1 } } }',
      'my.jsonc: no option "sampler.stesp"; did you mean "sampler.steps"?',
    ],
    [
      "a setting of the wrong type",
      '{ "recipe": "toy/gmm", "settings": { "sampler": { "steps": "1" } } }',
      'my.jsonc: "sampler.steps" is an integer of at least 1, got "1"',
    ],
    [
      "a value for a group",
      '{ "recipe": "toy/gmm", "settings": { "sampler": 3 } }',
      'my.jsonc: "sampler" is a group of settings, got 3',
    ],
  ];
  test.each(files)("a file with %s is refused", async (_what, text, message) => {
    const { world } = await testWorld();
    await writeFile(join(world.cwd, "my.jsonc"), text);
    await expect(resolve(world, "my.jsonc", {}, world.cwd)).rejects.toThrow(message);
  });
});

describe("a choice brings along what belongs to it", () => {
  const measures = async (set: readonly string[], recipe = "anatomy/gmm-convergent-tiny") => {
    const { world } = await testWorld();
    const catalogue = { recipes: { ...recipes, ...world.recipes }, systems: { ...systems, ...world.systems } };
    const { settings } = await resolve(catalogue, recipe, { set }, world.cwd);
    const { groups, sd, radius } = settings.data as Settings;
    return [groups, sd, radius];
  };

  test("--set data.name=moons: the measures of moons as published", async () => {
    expect(await measures(["data.name=moons"])).toEqual([2, 0.2, 2]);
    expect(await measures(["data.name=checkerboard"], "jem/toy")).toEqual([8, 0, 4]);
  });

  test("but not what is set too, in whatever order", async () => {
    expect(await measures(["data.sd=0.1", "data.name=moons"])).toEqual([2, 0.1, 2]);
    expect(await measures(["data.name=moons", "data.radius=1"])).toEqual([2, 0.2, 1]);
  });

  test("and nothing where the choice was made before", async () => {
    expect(await measures(["data.name=gmm"], "jem/toy")).toEqual([3, 0.25, 0.6]);
  });

  test("beside it, at any depth", () => {
    const known: Fields = {
      kind: { ...(fields.kind as Field & { kind: "choice" }), brings: { b: { size: 2 } } },
      size: { kind: "integer", about: "size", min: 0 },
    };
    expect(changed(known, { kind: "a", size: 1 }, { kind: "b" })).toEqual({ kind: "b", size: 2 });
    expect(changed(known, { kind: "b", size: 5 }, { kind: "a" })).toEqual({ kind: "a", size: 5 });
    expect(changed(known, { kind: "b", size: 5 }, { kind: "b" })).toEqual({ kind: "b", size: 5 });
    expect(changed(known, { kind: "a", size: 1 }, {})).toEqual({ kind: "a", size: 1 });
  });
});

describe("readAssignment", () => {
  test.each([
    ["seed=7", { seed: 7 }],
    ["kind=b", { kind: "b" }],
    ["sampler.noise=1e-2", { sampler: { noise: 0.01 } }],
    ["sampler.deep.on=false", { sampler: { deep: { on: false } } }],
    ["sampler.at=1,10, 100", { sampler: { at: "1,10, 100" } }],
    ["sampler.at=", { sampler: { at: "" } }],
  ])("reads %s as the type of its field", (text, settings) => {
    expect(readAssignment(fields, text)).toEqual(settings);
  });

  test.each([
    ["seed", "expected name=value"],
    ["=1", "expected name=value"],
    ["sampler=1", '"sampler" is a group of sampler.kind, sampler.noise, sampler.deep.on, sampler.at'],
    [
      "zzzzzzz=1",
      'no option "zzzzzzz"; there are seed, kind, sampler.kind, sampler.noise, sampler.deep.on, sampler.at',
    ],
    ["sampler.xyzxyzxyz=1", "there are sampler.kind, sampler.noise, sampler.deep.on, sampler.at"],
    ["seed=1.5", '"seed" is an integer of at least 0, got 1.5'],
    ["seed=-1", '"seed" is an integer of at least 0, got -1'],
    ["seed=", '"seed" is an integer of at least 0, got ""'],
    ["sampler.noise=Infinity", '"sampler.noise" is a number from 0 to 1, got'],
    ["sampler.deep.on=yes", '"sampler.deep.on" is true or false, got "yes"'],
    ["sampler.kind=hmc", '"sampler.kind" is one of langevin, mala, got "hmc"'],
    ["sampler.at=1,0", '"sampler.at" is a list with commas, each an integer of at least 1, got "1,0"'],
    ["sampler.at=1,,2", '"sampler.at" is a list with commas, each an integer of at least 1, got "1,,2"'],
    ["constructor=1", 'no option "constructor"'],
  ])("refuses %s", (text, message) => {
    expect(() => readAssignment(fields, text)).toThrow(`--set ${text}: `);
    expect(() => readAssignment(fields, text)).toThrow(message);
  });
});

test("checkSettings without partial names the setting that is missing", () => {
  const settings = { seed: 1, kind: "a", sampler: { kind: "mala", deep: { on: true } } };
  expect(() => checkSettings(fields, settings, "here", { partial: false })).toThrow(
    'here: "sampler.noise" is a number from 0 to 1, got nothing',
  );
});

test.each<[Field, string]>([
  [{ kind: "number", about: "" }, "a number"],
  [{ kind: "number", about: "", exclusiveMin: 0 }, "a number above 0"],
  [{ kind: "number", about: "", exclusiveMin: 0, max: 1 }, "a number above 0 and at most 1"],
  [{ kind: "integer", about: "", max: 9 }, "an integer of at most 9"],
])("legalValues(%j) is %s", (field, words) => {
  expect(legalValues(field)).toBe(words);
});

test("settings that were recorded before there was a choice have what it was before, and partial ones nothing", () => {
  const storage = { kind: "choice", about: "which", values: ["f32", "f16"], before: "f32" } as const;
  const younger: Fields = { seed: fields.seed, engine: { storage } };
  const read = (raw: Settings, partial: boolean) => checkSettings(younger, raw, "x", { partial });
  expect(read({ seed: 1 }, false)).toEqual({ seed: 1, engine: { storage: "f32" } });
  expect(read({ seed: 1, engine: {} }, false)).toEqual({ seed: 1, engine: { storage: "f32" } });
  expect(read({ seed: 1, engine: { storage: "f16" } }, false)).toEqual({ seed: 1, engine: { storage: "f16" } });
  expect(read({ seed: 1 }, true)).toEqual({ seed: 1 });
  expect(() => read({ seed: 1, engine: { storage: "f8" } }, false)).toThrow(
    '"engine.storage" is one of f32, f16, got "f8"',
  );
  // A group with a member that there always was is no younger than the others.
  const mixed: Fields = { engine: { storage, threads: fields.seed } };
  expect(() => checkSettings(mixed, {}, "x", { partial: false })).toThrow(
    '"engine" is a group of settings, got nothing',
  );
});

test("leaves tells a setting called kind from a group's kind", () => {
  expect([...leaves(fields).keys()]).toEqual([
    ...["seed", "kind", "sampler.kind", "sampler.noise"],
    ...["sampler.deep.on", "sampler.at"],
  ]);
});

test("merge keeps what the stronger settings do not name", () => {
  expect(merge({ a: 1, g: { b: 2, c: 3 } }, { g: { c: 4 } })).toEqual({ a: 1, g: { b: 2, c: 4 } });
});

test("valueAt finds nothing in what objects inherit", () => {
  expect(valueAt({ a: { b: 1 } }, "a.b")).toBe(1);
  expect(valueAt({ a: { b: 1 } }, "a.constructor")).toBeUndefined();
});

test("suggest gives the near name and not a far one", () => {
  expect(suggest("sampler.stesp", ["sampler.steps", "seed"])).toBe("sampler.steps");
  expect(suggest("temperature", ["seed"])).toBeNull();
  expect(suggest("x", [])).toBeNull();
});
