/** The tests of the digits room, in the order of one visit: a server without MNIST, so that digits are drawn with fonts. */

import { expect, test } from "vitest";
import { patience, type Visit } from "../visit.ts";

/** Settings with which even a busy software adapter makes updates. */
const small = "batch=4&net.width=2&sampler.steps=2&start.size=24";

export function digits(here: () => Visit): void {
  /** p(y | x), as exact as the page says it. */
  const shares = (): Promise<number[]> =>
    here()
      .page.locator("#bars td:last-child")
      .evaluateAll((cells) => cells.map((cell) => Number((cell as HTMLElement).title)));
  const energy = (): Promise<string | null> => here().page.locator("#energy").getAttribute("title");
  const stages = () => here().page.locator("#stages li");

  test("says what a held-out digit is: p(y|x) sums to one", async () => {
    await here().goTo(`#v=1&room=digits&${small}`);
    await expect.poll(() => here().text("#energy"), patience).toMatch(/^E\(x\) = -?\d/);
    expect(await here().text("#source")).toContain("fonts of this machine");
    const sum = (await shares()).reduce((a, b) => a + b, 0);
    expect(Math.abs(sum - 1)).toBeLessThan(1e-5);
    expect(await here().text("#verdict")).toMatch(/ a \d.* held-out digit/);
    const accuracy = await here().numberIn("#accuracy");
    expect(accuracy).toBeGreaterThanOrEqual(0);
    expect(accuracy).toBeLessThanOrEqual(100);
  });

  test("learns without a click, and rests when it is paused", async () => {
    await expect.poll(() => here().numberIn("#updates"), patience).toBeGreaterThan(1);
    await here().press("Pause");
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
    await expect.poll(energy, patience).not.toBe(before);
  });

  test("leads it towards another digit, of which it becomes surer, and shows the way", async () => {
    await here().atRest();
    const before = (await shares())[8];
    await here().page.getByRole("button", { name: "8", exact: true }).click();
    await expect.poll(() => stages().count(), patience).toBe(10);
    expect(await stages().last().textContent()).toMatch(/^100: \d, [\d.]+ %$/);
    expect((await shares())[8]).toBeGreaterThan(before);
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
    await expect.poll(() => stages().count(), patience).toBe(10);
    expect(await upper()).toBe(before);
  });

  test("refuses files that are no digits, and says which are missing", async () => {
    const file = { name: "train-images-idx3-ubyte", mimeType: "", buffer: Buffer.from([0, 0, 8, 1]) };
    await here().page.locator("#files").setInputFiles([file]);
    await expect
      .poll(() => here().page.getByRole("alert").textContent(), patience)
      .toContain("rain-labels-idx1-ubyte is missing");
  });

  test("fits a phone of 360 pixels", async () => {
    await here().page.setViewportSize({ width: 360, height: 740 });
    expect(await here().page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
}
