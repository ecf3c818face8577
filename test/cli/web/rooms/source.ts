/** The tests of the source view, in the order of one visit. */

import { expect, test } from "vitest";
import type { Visit } from "../visit.ts";

export function source(here: () => Visit): void {
  const lit = (place: string): Promise<string[]> => here().page.locator(`${place} .lit`).allTextContents();
  const sign = (name: string) => here().page.getByRole("button", { name, exact: true });

  test("shows the plan of an update, and what a symbol is in TypeScript, as dispatches and as WGSL", async () => {
    await expect.poll(() => here().text("#totals")).toMatch(/dispatches, .*FLOP/);
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
    await here().page.getByLabel("What runs").selectOption("Rings, non-convergent");
    await expect.poll(() => here().page.url()).toContain("anatomy/rings-nonconvergent-tiny");
    await expect.poll(() => here().text("#totals")).not.toBe(before);
    await sign("v").click();
    expect(await here().text("#file")).toBe("nn/optimizers/adam.ts");
  });

  test("shows the equations of a classifier that is an energy-based model, planned for images that are not there", async () => {
    await here().goTo("#v=1&room=source&recipe=jem/mnist-tiny&part=reading");
    await expect.poll(() => here().text("#totals")).toMatch(/dispatches, .*FLOP/);
    expect(await here().text("#file")).toBe("ebm/systems/jem.net.ts");
    expect((await lit("#typescript")).join()).toContain("logSumExp(outputs, 1)");
    expect((await lit("#plan")).join()).toContain("walk.max");
    await sign("−mean log p(y | xʸ)").click();
    expect(await here().text("#file")).toBe("ebm/systems/jem.loss.ts");
    const link = here().page.getByRole("link", { name: "see it learn" });
    expect(await link.getAttribute("href")).toBe("#v=1&room=run&recipe=jem/mnist-tiny");
  });

  test("shows the samplers of a race, each with its own plan", async () => {
    await here().goTo("#v=1&room=source&target=banana&racers=mala,hmc&part=mala");
    await expect.poll(() => here().text("#totals")).toMatch(/dispatches, .*FLOP/);
    expect(await here().text("#file")).toBe("ebm/samplers/mala.ts");
    const before = await here().text("#totals");
    await sign("H − H′").click();
    await expect.poll(() => here().text("#totals")).not.toBe(before);
    expect((await lit("#typescript")).join()).toContain("const kinetic =");
    const link = here().page.getByRole("link", { name: "see them race" });
    expect(await link.getAttribute("href")).toBe("#v=1&room=arena&target=banana&racers=mala,hmc");
  });

  test("fits a phone of 360 pixels", async () => {
    await here().page.setViewportSize({ width: 360, height: 740 });
    expect(await here().page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
}
