/** The tests of the landscape lab, in the order of one visit. */

import { expect, test } from "vitest";
import { patience, type Visit } from "../visit.ts";

/** Settings with which even a busy software adapter makes several updates a second. */
const small = "sampler.steps=4&batch=10&landscape.resolution=30";

export function landscape(here: () => Visit): void {
  const updates = (): Promise<number> => here().numberIn("#updates");

  test("says what it runs on and begins to learn without a click", async () => {
    await expect.poll(() => here().text("#adapter"), patience).toMatch(/^(Software adapter|GPU): /);
    await expect.poll(() => here().numberIn("#chain-steps"), patience).toBeGreaterThan(0);
    await expect.poll(updates, patience).toBeGreaterThan(1);
    await expect.poll(() => here().numberIn("#kl-model"), patience).toBeGreaterThan(0);
  });

  test("opens as its address says, and names what it left out", async () => {
    await here().goTo(`#v=1&recipe=anatomy/rings-nonconvergent-tiny&seed=7&${small}&chains=long&sampler.nois=1`);
    await expect.poll(() => here().radio("Rings").isChecked()).toBe(true);
    expect(await here().radio("non-convergent").isChecked()).toBe(true);
    expect(await here().radio("Long-run").isChecked()).toBe(true);
    expect(await here().page.getByLabel("Seed", { exact: true }).inputValue()).toBe("7");
    expect(await here().page.getByRole("alert").textContent()).toContain('did you mean "sampler.noise"?');
    // Longer than a round: the chains have not started anew.
    await expect.poll(() => here().numberIn("#chain-steps"), patience).toBeGreaterThan(8);
    await expect.poll(updates, patience).toBeGreaterThan(1);
  });

  test("rests while its tab is hidden", async () => {
    await here().hide(true);
    await here().atRest();
    const resting = await updates();
    await here().hide(false);
    await expect.poll(updates, patience).toBeGreaterThan(resting);
  });

  test("reloaded in the middle of learning begins anew, as its address says", async () => {
    await here().page.reload();
    await expect.poll(() => here().text("#adapter"), patience).toMatch(/^(Software adapter|GPU): /);
    await expect.poll(updates, patience).toBeGreaterThan(1);
    expect(await here().radio("Rings").isChecked()).toBe(true);
    expect(await here().page.getByLabel("Seed", { exact: true }).inputValue()).toBe("7");
  });

  test("pauses, steps, starts over and goes on, by buttons and by keys", async () => {
    await here().press("Pause");
    await here().atRest();
    const resting = await updates();
    await here().page.keyboard.press(".");
    await expect.poll(updates, patience).toBe(resting + 1);
    await here().press("Step");
    await expect.poll(updates, patience).toBe(resting + 2);
    await here().page.keyboard.press("r");
    await expect.poll(updates, patience).toBe(0);
    await here().press("Play");
    await expect.poll(updates, patience).toBeGreaterThan(2);
  });

  test("goes on with the same parameters after a setting, and begins anew with other data", async () => {
    await here().press("Pause");
    await here().atRest();
    const resting = await updates();
    await here().page.getByLabel("Langevin steps", { exact: true }).fill("5");
    await here().page.keyboard.press("Enter");
    await expect.poll(() => here().page.url()).toContain("sampler.steps=5");
    await here().press("Step");
    await expect.poll(updates, patience).toBe(resting + 1);
    expect(await here().text("#command")).toBe(
      "ebm train anatomy/rings-nonconvergent-tiny --seed 7 --set batch=10 --set sampler.steps=5 --set landscape.resolution=30",
    );

    await here().page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await here().press("Copy command");
    await expect.poll(() => here().text("#copied")).toBe("The command is in your clipboard.");
    expect(await here().page.evaluate(() => navigator.clipboard.readText())).toBe(await here().text("#command"));

    await here().radio("Gaussians").check();
    await expect.poll(() => here().page.url()).toContain("recipe=anatomy/gmm-nonconvergent-tiny&seed=7");
    await expect.poll(updates, patience).toBe(0);
    await here().press("Step");
    await expect.poll(updates, patience).toBe(1);
  });

  test("says which values are legal, and what the engine refuses", async () => {
    await here().page.getByLabel("noise", { exact: true }).fill("loud");
    await here().page.keyboard.press("Enter");
    expect(await here().text("#setting-sampler-noise-about")).toBe("expected a number of at least 0");
    await here().goTo(`#v=1&${small}&batch=200&start.size=100`);
    await expect.poll(() => here().page.getByRole("alert").textContent(), patience).toContain("100");
  });

  test("fits a phone of 360 pixels", async () => {
    await here().page.setViewportSize({ width: 360, height: 740 });
    expect(await here().page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
}
