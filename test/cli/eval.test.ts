// ebm eval: from words to files, and a training that is none the wiser.
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { recipes, systems } from "../../ebm/index.ts";
import { changed } from "../../ebm/recipes/recipe.ts";
import type { Settings } from "../../ebm/settings.ts";
import type { Evaluated } from "../../cli/run/evaluations.ts";
import { device } from "../engine/opened.ts";
import { testWorld, type TestWorld } from "./world.ts";

/** Three Gaussians learned by a net of a few features, in no time. */
const toy = {
  ...recipes["jem/toy-tiny"],
  name: "toy/jem",
  settings: changed(
    recipes["jem/toy-tiny"].settings as Settings & { log: Settings },
    {
      ...{ updates: 4, batch: 16, net: { width: 4 }, sampler: { steps: 2 }, start: { size: 40 } },
      ...{ landscape: { resolution: 5, samples: 10 }, log: { observe: 0, checkpoint: 2, heldOut: 20 } },
    } as object,
  ),
};
const energy = {
  ...recipes["anatomy/gmm-convergent-tiny"],
  name: "toy/energy",
  settings: changed(
    recipes["anatomy/gmm-convergent-tiny"].settings as Settings,
    {
      ...{ updates: 2, batch: 8, net: { width: 4 }, sampler: { steps: 2 }, start: { size: 40 } },
      ...{ landscape: { resolution: 5, samples: 10 }, log: { observe: 0, checkpoint: 2 } },
    } as object,
  ),
};

const world = (changes: Partial<TestWorld["world"]> = {}): Promise<TestWorld> =>
  testWorld({ recipes: { [toy.name]: toy, [energy.name]: energy }, systems, ...changes });

const few = ["--set", "accuracy.count=40", "--set", "ood.count=40", "--set", "ood.refine=1"];

async function trained(): Promise<TestWorld> {
  const found = await world();
  expect((await found.ebm("train", "toy/jem", "--run-dir", "a", "--steps", "4", "--quiet")).err).toBe("");
  return found;
}

describe("ebm eval", () => {
  test("writes a file for each evaluation and a section of the report, and never over another", async () => {
    const { ebm, files, text } = await trained();
    const { code, out } = await ebm("eval", "a", "accuracy", "ood", ...few);
    expect(code).toBe(0);
    expect(out).toMatch(/a, step 4: accuracy\n {2}accuracy {2}[\d.]+/);
    expect(out).toContain("a/eval/step-000004-ood-1.json\na/report.html\n");
    const first = await text("a/eval/step-000004-accuracy-1.json");
    const stored = JSON.parse(first) as Evaluated;
    expect(stored.card).toMatchObject({ run: "a", recipe: "toy/jem", checkpoint: 4, data: "gmm, test", items: 40 });
    expect(stored.options).toMatchObject({ count: 40, part: "test" });
    expect(stored.protocol).toMatch(/^[\da-f]{10}$/);
    expect("trained on" in stored.card).toBe(false);

    await ebm("eval", "a", "accuracy", ...few.slice(0, 2));
    expect(await text("a/eval/step-000004-accuracy-1.json")).toBe(first);
    const again = JSON.parse(await text("a/eval/step-000004-accuracy-2.json")) as Evaluated;
    expect(again).toEqual(stored);
    expect((await files()).filter((file) => file.startsWith("a/eval/"))).toHaveLength(3);

    const { document } = parseHTML(await text("a/report.html"));
    expect([...document.querySelectorAll("h2")].map((title) => title.textContent)).toContain("Evaluations");
    // The same protocol twice is shown once.
    expect([...document.querySelectorAll(".evaluation h3")].map((title) => title.textContent?.split(" ")[0])).toEqual([
      "accuracy",
      "ood",
    ]);
    expect(document.querySelectorAll(".evaluation svg").length).toBeGreaterThan(4);
    expect(document.querySelector(".evaluation details")?.textContent).toContain("input noise");
  });

  test("changes nothing in the training: checkpoints stay, and it goes on to the same bytes", async () => {
    const { ebm, files, bytes } = await trained();
    const read = async (folder: string): Promise<unknown> =>
      Promise.all(
        (await files())
          .filter((file) => file.startsWith(`${folder}/checkpoints`) || file === `${folder}/metrics.jsonl`)
          .map(async (file) => [file.slice(folder.length), Buffer.from(await bytes(file)).toString("base64")]),
      );
    const before = await read("a");
    await ebm("eval", "a", "accuracy", "calibration", ...few.slice(0, 2), "--set", "calibration.count=40");
    expect(await read("a")).toEqual(before);
    await ebm("train", "--resume", "a", "--steps", "6", "--quiet");
    await ebm("train", "toy/jem", "--run-dir", "b", "--steps", "6", "--quiet");
    const last = async (folder: string): Promise<string> =>
      Buffer.from(await bytes(`${folder}/checkpoints/step-000006.safetensors`)).toString("base64");
    expect(await last("a")).toBe(await last("b"));
  });

  test("takes the checkpoint that is asked for, and another run beside this one", async () => {
    const { ebm, text } = await trained();
    await ebm("train", "toy/jem", "--run-dir", "b", "--seed", "2", "--quiet");
    const { code } = await ebm(
      "eval",
      "a",
      "calibration",
      "--checkpoint",
      "2",
      "--beside",
      "b",
      "--set",
      "calibration.count=40",
    );
    expect(code).toBe(0);
    const { step, card, beside, protocol } = JSON.parse(
      await text("a/eval/step-000002-calibration-1.json"),
    ) as Evaluated;
    expect([step, card.run, beside?.step, beside?.card.run]).toEqual([2, "a", 4, "b"]);
    expect(beside?.protocol).toBe(protocol);
    const { document } = parseHTML(await text("a/report.html"));
    const captions = [...document.querySelectorAll(".evaluation figcaption")].map((one) => one.textContent?.trim());
    expect(captions.map((caption) => caption?.match(/ (a|b), /)?.[1])).toEqual(["a", "b", "a", "b"]);
  });

  test("on another adapter than the training's says so in the card", async () => {
    const { ebm, text, world: first } = await trained();
    const other = await first.openDevice();
    const moved = { ...first, openDevice: () => Promise.resolve({ ...other, name: "another adapter" }) };
    const { runCommand } = await import("../../cli/program.ts");
    expect(await runCommand(["eval", "a", "accuracy", "--set", "accuracy.count=20"], moved, { app: "" })).toBe(0);
    const { card } = JSON.parse(await text("a/eval/step-000004-accuracy-1.json")) as Evaluated;
    expect(card["trained on"]).toContain("test adapter");
    expect(card.differs).toBe("adapter: another adapter, before test adapter");
    void ebm;
  });

  test("of a pure energy makes what needs no classes, and refuses the others", async () => {
    const { ebm } = await world();
    await ebm("train", "toy/energy", "--run-dir", "e", "--quiet");
    expect((await ebm("eval", "e", "ood", ...few.slice(2))).code).toBe(0);
    expect(await ebm("eval", "e", "accuracy")).toMatchObject({
      code: 2,
      err: expect.stringContaining(
        "ebm: accuracy: asks for a classifier, and this model learns no classes\n",
      ) as string,
    });
  });

  test.each([
    [["eval"], "eval: expected a run folder and the names of evaluations"],
    [["eval", "a"], "eval: expected an evaluation or more; there are accuracy, calibration, ood"],
    [["eval", "a", "acuracy"], 'eval: no evaluation "acuracy"; did you mean "accuracy"?'],
    [["eval", "a", "ood", "--set", "robust.steps=3"], "--set robust.steps=3: robust is not among ood"],
    [["eval", "a", "ood", "--set", "ood.agaisnt=svhn"], 'no option "ood.agaisnt"; did you mean "ood.against"?'],
    [
      ["eval", "a", "ood", "--set", "ood.against=moon"],
      '"ood.against" is a list with commas, each one of usual, mnist',
    ],
    [["eval", "nowhere", "ood"], "nowhere: no such run folder"],
  ])("refuses %j", async (words, message) => {
    const { ebm } = await world();
    const { code, err } = await ebm(...words);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  test("names the checkpoints there are where the one that is asked for is not", async () => {
    const { ebm } = await trained();
    const missing = await ebm("eval", "a", "ood", "--checkpoint", "3");
    expect([missing.code, missing.err]).toEqual([4, "ebm: a: no checkpoint of step 3; there are 2, 4\n"]);
    expect((await ebm("eval", "a", "ood", "--checkpoint", "x")).err).toContain("--checkpoint x: expected the step");
  });

  test("--list names every evaluation with its options", async () => {
    const { ebm } = await world();
    const { out } = await ebm("eval", "--list");
    expect(out).toContain("calibration: whether confidence can be believed");
    expect(out).toMatch(/robust\.epsilon=0,0\.05,0\.1,0\.2,0\.3 +sizes of attacks/);
  });
});

test("the device of these tests is open", () => {
  expect(device.mostBytes).toBeGreaterThan(0);
});
