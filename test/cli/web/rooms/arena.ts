/** The tests of the sampler arena, in the order of one visit. */

import type { Locator } from "playwright";
import { expect, test } from "vitest";
import type { Visit } from "../visit.ts";

export function arena(here: () => Visit): void {
  const panel = (name: string): Locator => here().page.getByRole("article", { name, exact: true });
  const standing = (name: string): Promise<string | null> => panel(name).locator(".standing").getAttribute("class");
  const steps = async (name: string): Promise<number> =>
    Number(/[\d,]+(?= steps)/.exec((await panel(name).textContent()) ?? "")?.[0].replaceAll(",", "") ?? NaN);
  /** The numbers of a sampler by the heads of the table. */
  const numbers = async (name: string): Promise<Record<string, string>> => {
    const heads = await here().page.getByRole("columnheader").allTextContents();
    const row = here()
      .page.getByRole("row")
      .filter({ has: here().page.getByRole("rowheader", { name, exact: true }) });
    return Object.fromEntries((await row.locator("td").allTextContents()).map((cell, at) => [heads[at + 1], cell]));
  };

  test("races without a click; the published MALA is biased, and the right one is not", async () => {
    await expect.poll(() => steps("Langevin")).toBeGreaterThan(0);
    await here().goTo("#v=1&room=arena&racers=mala,mala-published&chains=40");
    await expect.poll(() => standing("MALA, as published")).toBe("standing biased");
    await expect.poll(() => standing("MALA")).toBe("standing right");
    const right = await numbers("MALA");
    expect(Number(right.acceptance)).toBeGreaterThan(0.82);
    expect(Number(right.acceptance)).toBeLessThan(0.93);
    expect(Number(right["R-hat"])).toBeLessThan(1.1);
    expect(Number(right["ESS/1000 ∇E"])).toBeGreaterThan(50);
    expect(Number(right.KSD)).toBeGreaterThan(0);
    expect(Number((await numbers("MALA, as published")).acceptance)).toBeGreaterThan(0.93);
  });

  test("reloaded in the middle of a race goes on where this browser has kept it, and so with another device", async () => {
    const rested = async () => {
      await here().hide(true);
      await here().atRest();
      return { steps: await steps("MALA"), ...(await numbers("MALA")) };
    };
    const kept = await rested();
    await here().page.reload();
    await expect
      .poll(() => here().text("#going-on"))
      .toContain(`Goes on after ${kept.steps.toLocaleString("en")} steps,`);
    await expect.poll(() => steps("MALA")).toBeGreaterThan(kept.steps);

    const before = await rested();
    expect(before.steps).toBeGreaterThan(kept.steps);
    await here().hide(false);
    await here().loseDevice();
    await expect.poll(() => here().page.getByRole("alert").textContent()).toContain("The GPU went away");
    await here().press("Go on");
    const words = `Goes on after ${before.steps.toLocaleString("en")} steps,`;
    await expect.poll(() => here().text("#going-on")).toContain(words);
    await expect.poll(() => steps("MALA")).toBeGreaterThan(before.steps);
    // Judged by the draws from before, too.
    expect(await standing("MALA, as published")).toBe("standing biased");
  });

  test("pauses, takes one step, and starts over", async () => {
    await here().press("Pause");
    await here().atRest();
    const before = await steps("MALA");
    await here().page.keyboard.press(".");
    await expect.poll(() => steps("MALA")).toBe(before + 1);
    await here().page.keyboard.press("r");
    await expect.poll(() => steps("MALA")).toBe(0);
  });

  test("goes to another target with another seed and other samplers, all of it in the address", async () => {
    await here().page.getByRole("radio", { name: "funnel" }).check();
    await here().page.getByRole("checkbox", { name: "Random walk" }).check();
    await here().page.getByRole("checkbox", { name: "MALA", exact: true }).uncheck();
    await here().page.getByRole("checkbox", { name: "MALA, as published" }).uncheck();
    expect(await here().page.getByRole("checkbox", { name: "Random walk" }).isDisabled()).toBe(true);
    await here().page.getByLabel("Seed", { exact: true }).fill("5");
    await here().page.keyboard.press("Enter");
    await expect.poll(() => here().page.url()).toContain("target=funnel&seed=5&racers=random-walk");
    await here().press("Step");
    await expect.poll(() => steps("Random walk")).toBe(1);
  });

  test("fits a phone of 360 pixels", async () => {
    await here().page.setViewportSize({ width: 360, height: 740 });
    expect(await here().page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
}
