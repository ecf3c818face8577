// ebm eval: from words to files, and a training that is none the wiser.
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import type { Evaluated } from "../../cli/run/evaluations.ts";
import { runCommand } from "../../cli/program.ts";
import type { Evaluated as Model } from "../../ebm/evaluation/index.ts";
import "../engine/opened.ts";
import { bowl, halvesModel, images } from "../ebm/evaluation/models.ts";
import { testWorld, type TestWorld } from "./world.ts";

/** A world whose trainings give this model to evaluate, and a run of 6 updates in the folder `a`. */
async function trained(model: () => Model = () => halvesModel()): Promise<TestWorld> {
  const found = await testWorld();
  const { counting } = found.world.systems;
  found.world.systems = {
    counting: {
      ...counting,
      open: async (...args) => Object.assign(await counting.open(...args), { evaluated: model }),
    },
  };
  expect((await found.ebm("train", "toy/gmm", "--run-dir", "a")).code).toBe(0);
  return found;
}

const few = ["--set", "ood.against=uniform,constant", "--set", "ood.refine=1", "--set", "ood.count=12"];

describe("ebm eval", () => {
  test("writes a file for each evaluation and a section of the report, and never over another", async () => {
    const { ebm, files, text, bytes } = await trained();
    const { code, out, err } = await ebm(
      "eval",
      "a",
      "accuracy",
      "ood",
      "samples",
      ...few,
      "--set",
      "samples.steps=1,2",
    );
    expect([code, err.replace(/^a: .*\n/gm, "")]).toEqual([0, ""]);
    expect(out).toMatch(/a, step 6: accuracy\n {2}accuracy {2}[\d.]+/);
    expect(out).toContain("a/eval/step-000006-samples-1.json\na/report.html\n");
    const first = await text("a/eval/step-000006-accuracy-1.json");
    const stored = JSON.parse(first) as Evaluated;
    expect(stored.card).toMatchObject({ run: "a", recipe: "toy/gmm", checkpoint: 6, data: "halves, test", items: 12 });
    expect(stored.options).toMatchObject({ count: 0, part: "test" });
    expect(stored.protocol).toMatch(/^[\da-f]{10}$/);
    expect("trained on" in stored.card).toBe(false);

    await ebm("eval", "a", "accuracy");
    expect(await text("a/eval/step-000006-accuracy-1.json")).toBe(first);
    const again = JSON.parse(await text("a/eval/step-000006-accuracy-2.json")) as Evaluated;
    expect(again).toEqual(stored);
    expect((await files()).filter((file) => file.startsWith("a/eval/")).map((file) => file.slice(19))).toEqual([
      ...["accuracy-1.json", "accuracy-2.json", "ood-1.json"],
      ...["samples-1-classes.png", "samples-1-fresh.png", "samples-1-strip.png", "samples-1-surest.png"],
      ...["samples-1-walk.gif", "samples-1.json"],
    ]);

    const { document } = parseHTML(await text("a/report.html"));
    expect([...document.querySelectorAll("h2")].map((title) => title.textContent)).toContain("Evaluations");
    // The same protocol twice is shown once.
    expect([...document.querySelectorAll(".evaluation h3")].map((title) => title.textContent?.split(" ")[0])).toEqual([
      "accuracy",
      "ood",
      "samples",
    ]);
    expect(document.querySelectorAll(".evaluation svg").length).toBeGreaterThan(4);
    const gif = Buffer.from(await bytes("a/eval/step-000006-samples-1-walk.gif"));
    expect(gif.subarray(0, 6).toString()).toBe("GIF89a");
    expect(
      [...document.querySelectorAll(".evaluation img")].some((one) =>
        one.getAttribute("src")?.startsWith("data:image/gif"),
      ),
    ).toBe(true);
    expect(document.querySelector(".evaluation details")?.textContent).toContain("input noise");
  });

  test("changes nothing in the run but its report: it goes on to the same bytes", async () => {
    const { ebm, files, bytes } = await trained();
    const read = async (): Promise<unknown> =>
      Promise.all(
        (await files())
          .filter((file) => !file.startsWith("a/eval/") && file !== "a/report.html")
          .map(async (file) => [file, Buffer.from(await bytes(file)).toString("base64")]),
      );
    const before = await read();
    await ebm("eval", "a", "accuracy", "calibration");
    expect(await read()).toEqual(before);
    expect((await ebm("train", "--resume", "a", "--steps", "8")).code).toBe(0);
    await ebm("train", "toy/gmm", "--run-dir", "b", "--steps", "8");
    const last = async (folder: string): Promise<string> =>
      Buffer.from(await bytes(`${folder}/checkpoints/step-000008.safetensors`)).toString("base64");
    expect(await last("a")).toBe(await last("b"));
  });

  test("takes the checkpoint that is asked for, and another run beside this one", async () => {
    const { ebm, text } = await trained();
    await ebm("train", "toy/gmm", "--run-dir", "b", "--seed", "2");
    const { code, err } = await ebm("eval", "a", "calibration", "--checkpoint", "4", "--beside", "b");
    expect([code, err]).toEqual([0, ""]);
    const { step, card, beside, protocol } = JSON.parse(
      await text("a/eval/step-000004-calibration-1.json"),
    ) as Evaluated;
    expect([step, card.run, beside?.step, beside?.card.run]).toEqual([4, "a", 6, "b"]);
    expect(beside?.protocol).toBe(protocol);
    const { document } = parseHTML(await text("a/report.html"));
    const captions = [...document.querySelectorAll(".evaluation figcaption")].map((one) => one.textContent?.trim());
    expect(captions.map((caption) => caption?.match(/ (a|b), /)?.[1])).toEqual(["a", "b", "a", "b"]);
  });

  test("on another adapter than the training's says so in the card", async () => {
    const { text, world } = await trained();
    const other = { ...(await world.openDevice()), name: "another adapter" };
    const moved = { ...world, openDevice: () => Promise.resolve(other) };
    expect(await runCommand(["eval", "a", "accuracy", "--set", "accuracy.refine=0"], moved, { app: "" })).toBe(0);
    const { card } = JSON.parse(await text("a/eval/step-000006-accuracy-1.json")) as Evaluated;
    expect(card["trained on"]).toContain("test adapter");
    expect(card.differs).toBe("adapter: another adapter, before test adapter");
  });

  test("of a pure energy makes what needs no classes, and refuses the others", async () => {
    const { ebm } = await trained(() => bowl(0, [1, 4, 4], images()));
    expect((await ebm("eval", "a", "ood", ...few)).code).toBe(0);
    const { code, err } = await ebm("eval", "a", "accuracy");
    expect(code).toBe(2);
    expect(err).toContain("ebm: accuracy: asks for a classifier, and this model learns no classes\n");
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
    const { ebm } = await testWorld();
    const { code, err } = await ebm(...words);
    expect([code, err]).toEqual([2, expect.stringContaining(message)]);
  });

  test("names the checkpoints there are where the one that is asked for is not", async () => {
    const { ebm } = await trained();
    const missing = await ebm("eval", "a", "ood", "--checkpoint", "3");
    expect([missing.code, missing.err]).toEqual([4, "ebm: a: no checkpoint of step 3; there are 2, 4, 6\n"]);
    expect((await ebm("eval", "a", "ood", "--checkpoint", "x")).err).toContain("--checkpoint x: expected the step");
  });

  test("fid asks for weights, and names the file that cannot be read or the array that is not Inception's", async () => {
    const { ebm, files } = await trained();
    const [checkpoint] = (await files()).filter((file) => file.endsWith("step-000006.safetensors"));
    const refused = async (...words: string[]) => (await ebm("eval", "a", "fid", ...words)).err.split("\n").at(-2);
    expect(await refused()).toContain("ebm: fid: asks for the weights of Inception (pt_inception-2015-12-05)");
    expect(await refused("--weights", "none.pth")).toContain("none.pth: cannot be read, no such file");
    expect(await refused("--weights", checkpoint)).toMatch(
      /not the weights of pt_inception-2015-12-05, checkpoint: array ".*" does not belong to this model/,
    );
  });

  test("--list names every evaluation with its options", async () => {
    const { ebm } = await testWorld();
    const { out } = await ebm("eval", "--list");
    expect(out).toContain("calibration: whether confidence can be believed");
    expect(out).toMatch(/robust\.epsilon=0,0\.05,0\.1,0\.2,0\.3 +sizes of attacks/);
  });
});
