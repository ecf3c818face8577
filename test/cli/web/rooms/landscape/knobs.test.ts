/** The sliders. */

import { expect, test } from "vitest";
import { leaves, settingAt } from "../../../../../cli/config/fields.ts";
import { checkSettings } from "../../../../../cli/config/schema.ts";
import { fieldsOf, initial, offered, recipeValue, withRecipe } from "../../../../../cli/web/rooms/landscape/choices.ts";
import { nearestStop } from "../../../../../cli/web/knob.ts";
import { knobs, moreKnobs } from "../../../../../cli/web/rooms/landscape/knobs.ts";

const all = [...knobs, ...moreKnobs];

test("every knob is a setting, and its stops are legal values in order", () => {
  const fields = fieldsOf(initial);
  for (const { path, stops } of all) {
    expect(leaves(fields).has(path), path).toBe(true);
    for (const stop of stops ?? []) checkSettings(fields, settingAt(path, stop), path, { partial: true });
    expect(stops ?? []).toEqual([...(stops ?? [])].sort((a, b) => a - b));
  }
});

test("every recipe of the page has its numbers on or between the stops", () => {
  for (const { recipe } of offered) {
    const choices = withRecipe(initial, recipe);
    for (const { path, stops } of all.filter(
      (knob) => knob.stops !== null && leaves(fieldsOf(choices)).has(knob.path),
    )) {
      const value = Number(recipeValue(choices, path));
      expect(value, path).toBeGreaterThanOrEqual(stops![0]);
      expect(value, path).toBeLessThanOrEqual(stops!.at(-1)!);
    }
  }
});

test("of the measures of toys those are shown that the present one has a choice of", () => {
  const shown = (data: string): string[] => {
    const now = (path: string): string => (path === "data.name" ? data : "");
    return all.filter(({ path, matters }) => path.startsWith("data.") && matters?.(now)).map(({ path }) => path);
  };
  expect(shown("pinwheel")).toEqual(["data.groups", "data.sd", "data.radius"]);
  expect(shown("moons")).toEqual(["data.sd", "data.radius"]);
  expect(shown("checkerboard")).toEqual(["data.radius"]);
  expect(shown("points")).toEqual([]);
});

test("nearestStop is nearest by ratio, and 0 is a stop of its own", () => {
  expect(nearestStop([0, 0.01, 0.1, 1], 0.04)).toBe(2);
  expect(nearestStop([0, 0.01, 0.1, 1], 0.02)).toBe(1);
  expect(nearestStop([0, 0.01, 0.1, 1], 0)).toBe(0);
});
