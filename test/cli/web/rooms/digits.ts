/** The tests of the digits room, in the order of one visit: first the model that comes with it; then, without MNIST, digits drawn with fonts. */

import { expect, test } from "vitest";
import type { Visit } from "../visit.ts";

/** Settings with which even a busy software adapter makes updates. */
const small = "batch=4&net.width=2&sampler.steps=2&start.size=24";

export function digits(here: () => Visit): void {
  /** p(y | x), as exact as the page says it. */
  const shares = (): Promise<number[]> =>
    here()
      .page.locator("#bars td:last-child")
      .evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLElement).title)));
  const energy = (): Promise<string | null> => here().page.locator("#energy").getAttribute("title");
  const updates = (): Promise<number> => here().numberIn("#updates");
  const stages = () => here().page.locator("#stages li");

  test("has a trained model at once, which makes an eight of a three without a click, and says what it is", async () => {
    await expect.poll(() => stages().count()).toBe(11);
    expect(await stages().first().textContent()).toMatch(/^0: 3, \d\d %$/);
    expect(await stages().last().textContent()).toMatch(/^100: 8, (9\d|100) %$/);
    expect(await here().text("#source")).toMatch(/^jem\/mnist after 2,400 updates: it gets 97 % of 10,000 test digits/);
    expect(await here().numberIn("#updates")).toBe(2400);
    expect(await here().numberIn("#accuracy")).toBe(97);
    expect(await here().page.locator("#dreaming").isVisible()).toBe(true);
  });

  test("finds its own test digits usual, and scribbles unusual", async () => {
    await here().press("A held-out digit");
    await expect.poll(() => here().text("#verdict")).toMatch(/^This is an? \d .* lower energy\.$/);
    await here().press("Clear");
    const { x, y, width } = (await here().page.locator("#pad").boundingBox())!;
    await here().page.mouse.move(x + 40, y + 40);
    await here().page.mouse.down();
    for (let line = 0; line < 8; line++)
      await here().page.mouse.move(x + (line % 2 === 0 ? width - 40 : 40), y + 40 + line * 25, { steps: 3 });
    await here().page.mouse.up();
    await expect.poll(() => here().text("#verdict")).toMatch(/No held-out digit has so high|Unusual/);
  });

  test("says what a held-out digit is: p(y|x) sums to one", async () => {
    await here().goTo(`#v=1&room=digits&${small}`);
    await expect.poll(() => here().text("#source")).toContain("fonts of this machine");
    await here().press("A held-out digit");
    await expect.poll(() => here().text("#verdict")).toContain("held-out digit");
    const sum = (await shares()).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - 1)).toBeLessThan(1e-5);
    expect(await here().text("#verdict")).toMatch(/ a \d.* held-out digit/);
    const accuracy = await here().numberIn("#accuracy");
    expect(accuracy).toBeGreaterThanOrEqual(0);
    expect(accuracy).toBeLessThanOrEqual(100);
  });

  test("learns without a click, and rests when it is paused", async () => {
    await expect.poll(updates).toBeGreaterThan(1);
    await here().press("Pause");
    await here().atRest();
  });

  test("is kept over a reload, and begins anew when it is reset", async () => {
    const before = await updates();
    await here().page.reload();
    await expect.poll(() => here().text("#source")).toContain(`It goes on at update ${before},`);
    await here().press("Pause");
    await here().atRest();
    expect(await updates()).toBeGreaterThanOrEqual(before);
    await here().press("Reset");
    await expect.poll(updates).toBe(0);
    await here().atRest();
  });

  test("looks at what is drawn, and finds another energy", async () => {
    const before = await energy();
    await here().press("Clear");
    const { x, y, width, height } = (await here().page.locator("#pad").boundingBox())!;
    await here().page.mouse.move(x + width / 2, y + height / 5);
    await here().page.mouse.down();
    await here().page.mouse.move(x + width / 2, y + (4 * height) / 5, { steps: 4 });
    await here().page.mouse.up();
    await expect.poll(energy).not.toBe(before);
  });

  test("leads it towards another digit, of which it becomes surer, and shows the way", async () => {
    await here().atRest();
    const before = (await shares())[8];
    await here().page.getByRole("button", { name: "8", exact: true }).click();
    await expect.poll(() => stages().count()).toBe(11);
    expect(await stages().last().textContent()).toMatch(/^100: \d, [\d.]+ %$/);
    const after = (await shares())[8];
    expect(after).toBeGreaterThan(before);
    // An update later it is still that digit which is looked at.
    await here().press("Step");
    await here().atRest();
    expect(Math.abs((await shares())[8] - after)).toBeLessThan(Math.abs((await shares())[8] - before));
  });

  test("fills in the lower half, and leaves the upper as it was", async () => {
    await here().press("A held-out digit");
    await here().atRest();
    const upper = () =>
      here().page.evaluate(() => {
        const pad = document.querySelector<HTMLCanvasElement>("#pad")!;
        return [...pad.getContext("2d")!.getImageData(0, 0, pad.width, pad.height / 2 - 20).data].join();
      });
    const before = await upper();
    await here().press("Fill in the lower half");
    await expect.poll(() => stages().count()).toBe(10);
    expect(await upper()).toBe(before);
  });

  test("refuses files that are no digits, and says which are missing", async () => {
    const file = { name: "train-images-idx3-ubyte", mimeType: "", buffer: Buffer.from([0, 0, 8, 1]) };
    await here().page.locator("#files").setInputFiles([file]);
    await expect
      .poll(() => here().page.getByRole("alert").textContent())
      .toContain("rain-labels-idx1-ubyte is missing");
  });

  test("fits a phone of 360 pixels", async () => {
    await here().page.setViewportSize({ width: 360, height: 740 });
    expect(await here().page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
}
