/** The tests of the source view, in the order of one visit. */

import { expect, test } from "vitest";
import { patience, type Visit } from "../visit.ts";

export function source(here: () => Visit): void {
  const lit = (place: string): Promise<string[]> => here().page.locator(`${place} .lit`).allTextContents();
  const sign = (name: string) => here().page.getByRole("button", { name, exact: true });

  test("shows the plan of an update, and what a symbol is in TypeScript, as dispatches and as WGSL", async () => {
    await expect.poll(() => here().text("#totals"), patience).toMatch(/dispatches, .*FLOP/);
    await sign("z").click();
    expect(await here().text("#file")).toBe("ebm/samplers/langevin.ts");
    expect((await lit("#typescript")).join()).toContain("normal(key");
    expect((await lit("#plan")).join()).toContain("walk.add");
    expect((await lit("#wgsl")).join()).toContain("normalFromBits");
    expect(here().page.url()).toContain("sign=4");
  });

  test("says which share of the work belongs to a symbol, and shows any dispatch that is chosen", async () => {
    await sign("∇E(x)").click();
    const share = Number(/([\d.e+]+) % of the work/.exec((await here().text("#lit-cost"))!)![1]);
    expect(share).toBeGreaterThan(50);
    expect(share).toBeLessThan(100);
    await here().page.locator("#plan").getByRole("button", { name: "put", exact: true }).click();
    expect(await here().text("#shader-name")).toBe("put, in shaders/put.wgsl");
  });

  test("goes to another recipe, whose plan is another", async () => {
    const before = await here().text("#totals");
    await here().page.getByLabel("Recipe").selectOption("Rings, non-convergent");
    await expect.poll(() => here().page.url()).toContain("anatomy/rings-nonconvergent-tiny");
    await expect.poll(() => here().text("#totals"), patience).not.toBe(before);
    await sign("v").click();
    expect(await here().text("#file")).toBe("nn/optimizers/adam.ts");
  });

  test("fits a phone of 360 pixels", async () => {
    await here().page.setViewportSize({ width: 360, height: 740 });
    expect(await here().page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
}
