/** The tests of the landscape lab, in the order of one visit. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import type { Visit } from "../visit.ts";

/** Settings with which even a busy software adapter makes several updates a second. */
const small = "sampler.steps=4&batch=10&landscape.resolution=30";

export function landscape(here: () => Visit): void {
  const updates = (): Promise<number> => here().numberIn("#updates");

  test("says what it runs on and begins to learn without a click", async () => {
    await expect.poll(() => here().text("#adapter")).toMatch(/^(Software adapter|GPU): /);
    await expect.poll(() => here().numberIn("#chain-steps")).toBeGreaterThan(0);
    await expect.poll(updates).toBeGreaterThan(1);
    await expect.poll(() => here().numberIn("#kl-model")).toBeGreaterThan(0);
  });

  test("weighs, as the first room, no more than 250 KB of compressed script", async () => {
    const loaded = [...here().scripts].filter(([address]) => !address.endsWith("offline.js"));
    const sizes = await Promise.all(loaded.map(async ([, body]) => gzipSync(await body(), { level: 9 }).length));
    const weight = sizes.reduce((sum, size) => sum + size, 0);
    console.log(
      `the first room: ${weight} bytes of script, gzipped; longest task of the page ${await here().longestTask()} ms`,
    );
    expect(sizes.length).toBeGreaterThan(5);
    expect(weight).toBeLessThanOrEqual(250_000);
  });

  test("opens as its address says, and names what it left out", async () => {
    await here().goTo(`#v=1&recipe=anatomy/rings-nonconvergent-tiny&seed=7&${small}&chains=long&sampler.nois=1`);
    await expect.poll(() => here().radio("Rings").isChecked()).toBe(true);
    expect(await here().radio("non-convergent").isChecked()).toBe(true);
    expect(await here().radio("Long-run").isChecked()).toBe(true);
    expect(await here().page.getByLabel("Seed", { exact: true }).inputValue()).toBe("7");
    expect(await here().page.getByRole("alert").textContent()).toContain('did you mean "sampler.noise"?');
    // Longer than a round: the chains have not started anew.
    await expect.poll(() => here().numberIn("#chain-steps")).toBeGreaterThan(8);
    await expect.poll(updates).toBeGreaterThan(1);
  });

  test("rests while its tab is hidden", async () => {
    await here().hide(true);
    await here().atRest();
    const resting = await updates();
    await here().hide(false);
    await expect.poll(updates).toBeGreaterThan(resting);
  });

  test("reloaded in the middle of learning goes on where this browser has kept it, and so with another device", async () => {
    await here().hide(true);
    await here().atRest();
    const kept = await updates();
    await here().page.reload();
    await expect.poll(updates).toBeGreaterThan(kept);
    expect(await here().text("#going-on")).toContain(`Goes on at update ${kept},`);
    expect(await here().radio("Rings").isChecked()).toBe(true);
    expect(await here().page.getByLabel("Seed", { exact: true }).inputValue()).toBe("7");

    await here().hide(true);
    await here().atRest();
    const before = await updates();
    await here().hide(false);
    await here().loseDevice();
    await expect.poll(() => here().page.getByRole("alert").textContent()).toContain("The GPU went away");
    await here().press("Go on");
    await expect.poll(() => here().text("#going-on")).toContain(`Goes on at update ${before}`);
    await expect.poll(updates).toBeGreaterThan(before);
  });

  test("pauses, steps, starts over and goes on, by buttons and by keys", async () => {
    await here().press("Pause");
    await here().atRest();
    const resting = await updates();
    await here().page.keyboard.press(".");
    await expect.poll(updates).toBe(resting + 1);
    await here().press("Step");
    await expect.poll(updates).toBe(resting + 2);
    await here().page.keyboard.press("r");
    await expect.poll(updates).toBe(0);
    await here().press("Play");
    await expect.poll(updates).toBeGreaterThan(2);
  });

  test("goes on with the same parameters after a setting, and begins anew with other data", async () => {
    await here().press("Pause");
    await here().atRest();
    const resting = await updates();
    await here().page.getByLabel("steps of chains", { exact: true }).fill("5");
    await here().page.keyboard.press("Enter");
    await expect.poll(() => here().page.url()).toContain("sampler.steps=5");
    await here().press("Step");
    await expect.poll(updates).toBe(resting + 1);
    expect(await here().text("#command")).toBe(
      "ebm train anatomy/rings-nonconvergent-tiny --seed 7 --set batch=10 --set sampler.steps=5 --set landscape.resolution=30",
    );

    await here().page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await here().press("Copy command");
    await expect.poll(() => here().text("#copied")).toBe("The command is in your clipboard.");
    expect(await here().page.evaluate(() => navigator.clipboard.readText())).toBe(await here().text("#command"));

    await here().radio("Moons").check();
    await expect
      .poll(() => here().text("#command"))
      .toBe("ebm train anatomy/gmm-nonconvergent-tiny --seed 7 --set data.name=moons");
    expect(await here().text("#summary")).toMatch(/^Moons, as in “eight Gaussians, /);
    await here().radio("Gaussians").check();
    await expect.poll(() => here().page.url()).toContain("recipe=anatomy/gmm-nonconvergent-tiny&seed=7");
    await expect.poll(updates).toBe(0);
    await here().press("Step");
    await expect.poll(updates).toBe(1);
  });

  test("shows rejected moves, acceptance and effective draws of samplers that choose", async () => {
    await here().goTo(
      `#v=1&recipe=anatomy/gmm-convergent-tiny&seed=3&${small}&sampler.kind=random-walk&sampler.steps=40&chains=long`,
    );
    await here().press("Play");
    const chart = (title: string) => here().page.locator("figure", { hasText: title });
    const number = async (title: string): Promise<number> =>
      Number(await chart(title).locator("output").first().textContent());
    await expect.poll(() => number("Acceptance")).toBeGreaterThan(0.05);
    expect(await number("Acceptance")).toBeLessThanOrEqual(1);
    await expect.poll(() => number("Effective draws")).toBeGreaterThan(0);
    // A sampler without slopes has no curve of them, and shows the settings of no other until it is another.
    expect(await chart("r_s").isVisible()).toBe(false);
    const heat = here().page.getByLabel("hottest", { exact: true });
    expect(await heat.isVisible()).toBe(false);
    await here().page.getByLabel("sampler", { exact: true }).selectOption("tempering");
    expect(await heat.isVisible()).toBe(true);
    expect(await here().page.getByRole("checkbox", { name: "rejected moves" }).isChecked()).toBe(true);
  });

  test("learns from a drawing, which its address holds, and from a file of points", async () => {
    await here().goTo(`#v=1&recipe=anatomy/gmm-convergent-tiny&${small}&data.name=points`);
    await here().press("Draw");
    const box = (await here().page.locator("#square").boundingBox())!;
    await here().page.mouse.move(box.x + 100, box.y + 100);
    await here().page.mouse.down();
    for (const [x, y] of [
      [200, 120],
      [300, 300],
      [150, 320],
      [100, 200],
    ] as const)
      await here().page.mouse.move(box.x + x, box.y + y, { steps: 4 });
    await here().page.mouse.up();
    expect(await here().numberIn("#own-about")).toBeGreaterThan(10);
    await here().press("Done");
    await expect.poll(() => here().page.url()).toMatch(/own=[\w-]{20,}/);
    expect(await here().text("#name-truth")).toBe("Data");
    await expect.poll(updates).toBeGreaterThan(1);
    expect(await here().text("#kl-model")).toBe("KL –");
    expect(await here().text("#command")).toMatch(/--set data.name=points .*--data points.csv$/);

    const buffer = Buffer.from("x,y\n0,0\n1,0\n0,1\n1,1.5\n");
    await here().page.locator("#csv").setInputFiles({ name: "four.csv", mimeType: "text/csv", buffer });
    await expect.poll(() => here().text("#own-about")).toContain("4 points of four.csv");
    expect(here().page.url()).not.toContain("own=");
  });

  test("learns from a file of points that is dropped, and names what is wrong with one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ebm-points-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = (name: string, contents: string | Uint8Array): string => {
      writeFileSync(join(folder, name), contents);
      return join(folder, name);
    };
    const five = file("five.csv", "0,0\n1,0\n0,1\n1,1.5\n2,2\n");
    await here().goTo(`#v=1&recipe=anatomy/rings-nonconvergent-tiny&${small}`);
    await here().drop(five);
    await expect.poll(() => here().text("#own-about")).toContain("5 points of five.csv");
    expect(await here().radio("Yours").isChecked()).toBe(true);
    expect(await here().radio("non-convergent").isChecked()).toBe(true);
    await expect.poll(updates).toBeGreaterThan(1);

    const said = () => here().page.getByRole("alert").textContent();
    await here().drop(file("words.csv", "x,y\n1,2\none,two\n"));
    await expect.poll(said).toContain('words.csv:3: expected two numbers, got "one,two"');
    await here().drop(file("photo.png", Uint8Array.of(137, 80, 255, 0)));
    await expect.poll(said).toContain("photo.png: expected lines of two numbers, got bytes that are no text");
    await here().drop(five, join(folder, "words.csv"));
    await expect.poll(said).toContain("points: expected one file, got 2 (five.csv, words.csv)");
    await here().goTo(`#v=1&recipe=jem/toy-tiny&${small}`);
    await here().drop(five);
    await expect.poll(said).toContain('five.csv: points have no classes, which "jem" learns from; choose one of');
  });

  test("leads to the equations and the code of the very training", async () => {
    const link = here().page.getByRole("link", { name: "See its equations" });
    expect(await link.getAttribute("href")).toContain("room=source&recipe=jem/toy-tiny&batch=10&sampler.steps=4");
  });

  test("comes nearer to the truth as it learns", async () => {
    await here().goTo(
      "#v=1&recipe=anatomy/gmm-convergent-tiny&seed=1&sampler.steps=10&batch=40&landscape.resolution=24",
    );
    const model = (): Promise<number> => here().numberIn("#kl-model");
    await expect.poll(model).toBeGreaterThan(0);
    const first = await model();
    await expect.poll(model).toBeLessThan(first * 0.8);
  });

  test("says which values are legal, and what the engine refuses", async () => {
    await here().page.getByLabel("noise", { exact: true }).fill("loud");
    await here().page.keyboard.press("Enter");
    expect(await here().text("#setting-sampler-noise-about")).toBe("expected a number of at least 0");
    await here().goTo(`#v=1&${small}&batch=200&start.size=100`);
    await expect.poll(() => here().page.getByRole("alert").textContent()).toContain("100");
  });

  test("fits a phone of 360 pixels", async () => {
    await here().page.setViewportSize({ width: 360, height: 740 });
    expect(await here().page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
}
