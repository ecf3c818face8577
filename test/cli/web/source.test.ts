/** The source view without a page: every symbol of every equation leads to lines and to dispatches that are there. */

import { describe, expect, test } from "vitest";
import { compile, fromArray, listingOf, named, type Listing, type Tensor } from "../../../engine/index.ts";
import { planarTargets, recipes, samplerNames, systems, type Settings } from "../../../ebm/index.ts";
import type { Context } from "../../../ebm/training.ts";
import { merge, settingAt } from "../../../cli/config/fields.ts";
import { initial, raceOn, targetNames } from "../../../cli/web/rooms/arena/choices.ts";
import { racers } from "../../../cli/web/rooms/arena/racers.ts";
import { LAP, Runner } from "../../../cli/web/rooms/arena/runner.ts";
import { shown, sightOf, sightWords } from "../../../cli/web/rooms/source/address.ts";
import { generatedLines, matching } from "../../../cli/web/rooms/source/code.ts";
import { highlighted } from "../../../cli/web/rooms/source/highlight.ts";
import { partsOf, raceParts, signsOf, type Part } from "../../../cli/web/rooms/source/parts/index.ts";
import { found } from "../../../cli/web/rooms/source/plan.ts";
import { sources } from "../../../cli/web/rooms/source/sources.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";

/** Black images of ten classes. */
const context: Context = {
  data: (name, _part, size) => {
    const colours = ["cifar10", "flowers102"].includes(name) ? 3 : 1;
    const shape = { count: 1000, channels: colours, height: size, width: size };
    const images = new Uint8Array(1000 * colours * size * size);
    return Promise.resolve({ name, ...shape, images, labels: images.slice(0, 1000).map((_, item) => item % 10) });
  },
};

type Change = Readonly<Record<string, string | number | boolean>>;

/** Ways in which a training can differ from its recipe. */
const variants: Readonly<Record<string, readonly Change[]>> = {
  "anatomy/gmm-convergent-tiny": [
    ...samplerNames.slice(1).map((kind) => ({ "sampler.kind": kind, "sampler.momentum": 0.5 })),
    { "start.kind": "data" },
    { "start.kind": "uniform" },
  ],
  "anatomy/rings-nonconvergent-tiny": [{ "sampler.kind": "mala" }],
  "shortrun/cifar10-tiny": [{ "start.kind": "generator", "data.size": 32, "generator.width": 4 }],
  "jem/toy-tiny": [
    { "objective.x": 0, "objective.xy": 1, "start.size": 9999 },
    { "objective.head": "own", "objective.energyL2": 0.1 },
    { "start.kind": "matched", "start.matched": 20, "sampler.clip": 0.5 },
    { "net.activation": "softplus" },
  ],
  "jem/cifar10-tiny": [
    { "net.kind": "wideResnet", "net.width": 1, "net.depth": 10 },
    { "net.kind": "resnet", "net.width": 1, "net.activation": "leakyRelu", "net.leak": 0 },
  ],
};

const cases = shown
  .filter((name) => name.endsWith("-tiny"))
  .flatMap((name) => [{}, ...(variants[name] ?? [])].map((change): [string, Change] => [name, change]));

/** The settings with a change, and no more images than there are. */
const changed = (settings: Settings, change: Change): Settings =>
  Object.entries({ ...("count" in (settings.data as Settings) && { "data.count": 1000 }), ...change })
    .map(([path, value]) => settingAt(path, value))
    .reduce(merge, settings);

describe("every symbol has lines, dispatches and shaders that are there", () => {
  test.each(cases)("%s %j", async (name, change) => {
    const { system } = recipes[name];
    const settings = changed(recipes[name].settings, change);
    const training = await systems[system].open(settings, context, { prepared: false });
    const listing = (await training.explain()).update.listing();
    training.dispose();
    expect(partsOf[system](settings).flatMap((part) => wrongIn(part, listing))).toEqual([]);
  });

  test.each(racers.map(({ name }) => name))("of the sampler %s", (name) => {
    for (const target of targetNames) {
      const race = { ...raceOn(target, initial), racers: [name], chains: 4 };
      const runner = new Runner(
        racers.find((racer) => racer.name === name)!,
        planarTargets[target],
        race,
      );
      const listing = listingOf(runner.trace(LAP).schedule);
      runner.dispose();
      const wrong = raceParts(race).flatMap((part) => wrongIn(part, listing));
      expect(wrong, target).toEqual([]);
    }
  });
});

/** What of a part leads nowhere. */
function wrongIn(part: Part, { dispatches, shaders }: Listing): string[] {
  const lines = sources[part.file].split("\n");
  return signsOf(part).flatMap(({ math, lines: wanted, dispatches: named, shader }) => {
    const where = `${part.name}: ${math}`;
    if (!lines.some((line) => wanted.test(line))) return [`${where}: not in ${part.file}`];
    if (named === null) return [];
    const lit = found(named, dispatches).map((at) => dispatches[at]);
    if (lit.length === 0) return [`${where}: no dispatch among ${dispatches.map((one) => one.name).join(", ")}`];
    const texts = lit.flatMap((dispatch) => shaders[dispatch.shader].split("\n"));
    return shader === undefined || texts.some((line) => shader.test(line)) ? [] : [`${where}: in no shader`];
  });
}

test("a symbol leads to the dispatches that are called so, and where there are none to those whose expressions it is in", () => {
  const listed = compile((x: Tensor) => {
    const y = named("walk", () => x.exp().tanh());
    return named("loss", () => [y.mul(2).sum(0), y.mul(3).sum(1)]);
  });
  const of = (rows: number) => listingOf(listed.trace(fromArray(draw(1, [rows, rows]))).schedule).dispatches;
  expect(of(99).map(({ name, parts }) => [name, ...parts])).toEqual([
    ["walk.tanh", "walk.exp"],
    ["loss.sum", "loss.mul"],
    ["loss.sum", "loss.mul"],
  ]);
  expect(found(/walk\./, of(99))).toEqual([0]);
  expect(of(9).map(({ name, parts }) => [name, ...parts])).toEqual([
    ["loss.sum", "walk.exp", "walk.tanh", "loss.mul"],
    ["loss.sum", "walk.exp", "walk.tanh", "loss.mul"],
  ]);
  expect(found(/walk\./, of(9))).toEqual([0, 1]);
  expect(found(/loss\.max/, of(9))).toEqual([]);
  expect(found(null, of(9))).toEqual([]);
});

test("what is looked at goes into the address and comes back, with the words of the landscape; what makes no sense is named", () => {
  const words = "recipe=jem/mnist-tiny&net.width=4&own=abc&part=reading&sign=1";
  const { sight, problems } = sightOf(new URLSearchParams(words));
  expect(problems).toEqual([]);
  expect(sight.changes).toEqual({ "net.width": 4 });
  expect(decodeURIComponent(new URLSearchParams(sightWords(sight)).toString())).toBe(words);
  const strange = sightOf(new URLSearchParams("recipe=jem/moon&sampler.stesp=3&sign=x"));
  expect(strange.problems).toEqual([
    'address: no recipe "jem/moon" with equations',
    expect.stringContaining('did you mean "sampler.steps"?') as string,
  ]);
  expect([strange.sight.recipe, strange.sight.sign]).toEqual(["anatomy/gmm-convergent-tiny", 0]);
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
