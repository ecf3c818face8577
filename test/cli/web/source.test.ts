/** The source view without a page: every symbol of every equation leads to lines and to dispatches that are there. */

import { describe, expect, test } from "vitest";
import { recipes, systems } from "../../../ebm/index.ts";
import type { ShortRunSettings } from "../../../ebm/systems/shortRun.ts";
import { offered } from "../../../cli/web/rooms/landscape/choices.ts";
import { generatedLines, matching } from "../../../cli/web/rooms/source/code.ts";
import { highlighted } from "../../../cli/web/rooms/source/highlight.ts";
import { partsOf, signsOf } from "../../../cli/web/rooms/source/parts.ts";
import { sources } from "../../../cli/web/rooms/source/sources.ts";
import "../../engine/opened.ts";

const context = { data: () => Promise.reject(new Error("no images here")) };

/** Ways in which the settings of a recipe can differ. */
const variants: readonly ((settings: ShortRunSettings) => ShortRunSettings)[] = [
  (settings) => settings,
  (settings) => ({ ...settings, sampler: { ...settings.sampler, kind: "mala" } }),
  (settings) => ({ ...settings, sampler: { ...settings.sampler, kind: "hmc" } }),
  (settings) => ({ ...settings, sampler: { ...settings.sampler, kind: "momentum", momentum: 0.5 } }),
  (settings) => ({ ...settings, sampler: { ...settings.sampler, kind: "adam" } }),
  (settings) => ({ ...settings, start: { ...settings.start, kind: "data" } }),
  (settings) => ({ ...settings, start: { ...settings.start, kind: "uniform" } }),
];

const shown = offered.map(({ recipe }) => recipe).filter((recipe) => recipes[recipe].system in partsOf);

describe.each(shown)("%s", (name) => {
  test.each(variants.map((variant, at) => [at, variant] as const))("variant %d", async (_at, variant) => {
    const settings = variant(recipes[name].settings as unknown as ShortRunSettings);
    const training = await systems[recipes[name].system].open(settings, context, { prepared: false });
    const { dispatches, shaders } = (await training.explain()).update.listing();
    training.dispose();
    for (const part of partsOf[recipes[name].system](settings)) {
      const lines = sources[part.file].split("\n");
      for (const { math, lines: wanted, dispatches: named, shader } of signsOf(part)) {
        const where = `${part.name}: ${math}`;
        expect(
          lines.some((line) => wanted.test(line)),
          `${where} in ${part.file}`,
        ).toBe(true);
        if (named === null) continue;
        const found = dispatches.filter((dispatch) => named.test(dispatch.name));
        expect(
          found.length,
          `${where} among ${dispatches.map((dispatch) => dispatch.name).join(", ")}`,
        ).toBeGreaterThan(0);
        if (shader !== undefined)
          expect(
            found.some((dispatch) => shaders[dispatch.shader].split("\n").some((line) => shader.test(line))),
            where,
          ).toBe(true);
      }
    }
  });
});

const shader = `// y = f(x)
fn twice(x: f32) -> f32 {
  let w = x + x;
  return w;
}
fn load(i: u32) -> f32 {
  let v0 = y[i];
  return v0;
}`;

test("generatedLines are those of functions with numbered values, and matching those of a pattern", () => {
  expect(generatedLines(shader)).toEqual([5, 6, 7, 8]);
  expect(matching(shader, /let/)).toEqual([2, 6]);
});

test("highlighted tells comments over several lines, keywords, numbers and strings apart", () => {
  const kinds = highlighted('/** a\n * let b */\nlet c = 0.5 + "d // e"; // f').map((words) =>
    words.filter(({ kind }) => kind !== null).map(({ text, kind }) => [text, kind]),
  );
  expect(kinds).toEqual([
    [["/** a", "comment"]],
    [[" * let b */", "comment"]],
    [
      ["let", "keyword"],
      ["c", "name"],
      ["0.5", "number"],
      ['"d // e"', "string"],
      ["// f", "comment"],
    ],
  ]);
});
