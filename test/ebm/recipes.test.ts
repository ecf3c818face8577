/** Every recipe, made small, trains from its seed: a new one is tested by existing, those that do the same by one of them. */

import { expect, test } from "vitest";
import "../engine/opened.ts";
import { imageNames } from "../../ebm/data/fields.ts";
import { recipes, systems, type MetricsRow, type Training } from "../../ebm/index.ts";
import { isField, type Fields, type Settings } from "../../ebm/settings.ts";
import { digest } from "../engine/digest.ts";
import { openSmall, smallSettings, update } from "./small.ts";
import { openSmallJem, smallJemSettings } from "./smallJem.ts";

const names = Object.keys(recipes);

interface Small {
  settings(this: void, name: string): unknown;
  open(this: void, name: string): Promise<Training>;
}

/** How a recipe of a system is made small. */
const small: Readonly<Record<string, Small>> = {
  shortRun: { settings: smallSettings, open: openSmall },
  jem: { settings: smallJemSettings, open: openSmallJem },
};

/** What three updates do not meet: when more is told and kept, and which images are in place of those here. */
const unmet = ["updates", "observe", "checkpoint", "longrun", "longrunSteps", "longrunStart"];

/** What a recipe made small does in three updates: the same words for those that do the same. */
function deeds(name: string): string {
  const settings = small[recipes[name].system].settings(name);
  const images: readonly unknown[] = imageNames;
  return JSON.stringify(settings, (field, value: unknown) =>
    unmet.includes(field) ? undefined : images.includes(value) ? "images" : value,
  );
}

const distinct = [...new Map(names.map((name) => [deeds(name), name])).values()];

/** The numbers of three updates from the beginning, and digests of all that they leave. */
async function trained(training: Training): Promise<{ rows: MetricsRow[]; digests: Record<string, string> }> {
  await update(training, 3);
  const [rows, arrays] = [await training.metrics({ final: true }), await training.checkpoint()];
  const digests = Object.entries(arrays).map(([name, { data }]) => [name, digest(data)]);
  return { rows, digests: Object.fromEntries(digests) as Record<string, string> };
}

test.each(distinct)("%s takes three updates from its seed with finite numbers, and the same again", async (name) => {
  const training = await small[recipes[name].system].open(name);
  const first = await trained(training);
  expect(first.rows.map(({ step }) => step)).toEqual([1, 2, 3]);
  for (const row of first.rows) {
    expect(Object.keys(row)).toEqual(expect.arrayContaining(["loss", "learning_rate"]));
    for (const [number, value] of Object.entries(row))
      expect(value, `${number} at ${row.step}`).toSatisfy(Number.isFinite);
  }
  training.restart();
  expect(await trained(training)).toEqual(first);
  training.dispose();
});

/** Every setting with its field, by path; a name on one side only stands alone. */
function pairs(fields: Fields, settings: Settings, path = ""): [string, unknown, unknown][] {
  return [...new Set([...Object.keys(fields), ...Object.keys(settings)])].flatMap((name) => {
    const [field, value] = [fields[name], settings[name]];
    const group = field !== undefined && !isField(field) && typeof value === "object";
    return group
      ? pairs(field, value, `${path}${name}.`)
      : [[`${path}${name}`, field, value] as [string, unknown, unknown]];
  });
}

test.each(names)("%s has all settings of its system and no others, of their kinds", (name) => {
  const { system, settings, summary, source } = recipes[name];
  const jsTypes: Record<string, string> = {
    ...{ number: "number", integer: "number", boolean: "boolean" },
    ...{ choice: "string", list: "string" },
  };
  for (const [path, field, value] of pairs(systems[system].fields, settings)) {
    expect(field, `${path} has no field`).toBeDefined();
    expect(typeof value, path).toBe(jsTypes[(field as { kind: string }).kind]);
  }
  expect(recipes[name].name).toBe(name);
  expect([summary, source].every((text) => text.length > 10)).toBe(true);
});

/** What sets them apart takes thousands of updates, a large net or data that are not at hand to show. */
const withoutTiny = [
  ...["anatomy/flowers-convergent-gentle", "anatomy/cifar10-oscillate"],
  ...["supervised", "joint", "uncond", "semi", "small", "small-supervised", "resnet"].map(
    (name) => `jem/cifar10-${name}`,
  ),
  ...["jem/cifar100", "jem/cifar100-supervised", "jem/svhn", "jem/svhn-supervised"],
];

test("every recipe has a variant that is done in a minute or two", () => {
  const full = names.filter((name) => !name.endsWith("-tiny") && !withoutTiny.includes(name));
  for (const name of full) {
    expect(names).toContain(`${name}-tiny`);
    expect(recipes[`${name}-tiny`].settings.updates).toBeLessThan(Number(recipes[name].settings.updates));
  }
});
