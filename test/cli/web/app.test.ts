/** The page as people meet it: built, served by the demo's server, opened in a browser with WebGPU. */

import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as playwright, type Browser, type Page } from "playwright";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { serve } from "../../../cli/commands/demo.ts";
import { chromium } from "../../chromium.ts";

const patience = { timeout: 40_000, interval: 50 };
/** Settings with which even a busy software adapter makes several updates a second. */
const small = "sampler.steps=4&batch=10&landscape.resolution=30";

const folder = mkdtempSync(join(tmpdir(), "ebm-app-"));
let server: Server;
let browser: Browser;
let origin: string;

beforeAll(async () => {
  await build({ configFile: "vite.web.config.ts", logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  server = await serve(folder, 0);
  const address = server.address();
  origin = `http://localhost:${typeof address === "object" ? address!.port : ""}`;
  browser = await playwright.launch(await chromium());
}, 60_000);

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
}, 60_000);

/** A page at this address, and all that went wrong in it. */
async function open(from: Browser): Promise<{ page: Page; errors: string[] }> {
  const page = await from.newPage({ viewport: { width: 1280, height: 860 } });
  const errors: string[] = [];
  page.on("pageerror", ({ message }) => errors.push(message));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  await page.goto(origin);
  return { page, errors };
}

// The tests are one visit: each goes on where the one before has left the page.
describe("the page", () => {
  let page: Page;
  let errors: string[];
  beforeAll(async () => ({ page, errors } = await open(browser)));
  afterAll(() => page.close());

  const text = (id: string): Promise<string | null> => page.locator(id).textContent();
  /** The first number in the text of an element, NaN if there is none. */
  const numberIn = async (id: string): Promise<number> =>
    Number(/[\d.]+(e[+-]?\d+)?/.exec((await text(id))!.replaceAll(",", ""))?.[0] ?? NaN);
  const updates = (): Promise<number> => numberIn("#updates");
  const press = (name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();
  const radio = (name: string) => page.getByRole("radio", { name, exact: true });
  const goTo = (hash: string): Promise<void> => page.evaluate((words) => void (location.hash = words), hash);

  /** The number of updates once the worker has nothing under way. */
  async function atRest(): Promise<number> {
    await expect.poll(() => page.locator("body").getAttribute("data-worker"), patience).toBe("resting");
    return updates();
  }

  test("says what it runs on and begins to learn without a click", async () => {
    await expect.poll(() => text("#adapter"), patience).toMatch(/^(Software adapter|GPU): /);
    await expect.poll(() => numberIn("#chain-steps"), patience).toBeGreaterThan(0);
    await expect.poll(updates, patience).toBeGreaterThan(1);
    await expect.poll(() => numberIn("#kl-model"), patience).toBeGreaterThan(0);
  });

  test("opens as its address says, and names what it left out", async () => {
    await goTo(`#v=1&recipe=anatomy/rings-nonconvergent-tiny&seed=7&${small}&chains=long&sampler.nois=1`);
    await expect.poll(() => radio("Rings").isChecked()).toBe(true);
    expect(await radio("non-convergent").isChecked()).toBe(true);
    expect(await radio("Long-run").isChecked()).toBe(true);
    expect(await page.getByLabel("Seed", { exact: true }).inputValue()).toBe("7");
    expect(await page.getByRole("alert").textContent()).toContain('did you mean "sampler.noise"?');
    // Longer than a round: the chains have not started anew.
    await expect.poll(() => numberIn("#chain-steps"), patience).toBeGreaterThan(8);
    await expect.poll(updates, patience).toBeGreaterThan(1);
  });

  test("rests while its tab is hidden", async () => {
    const hide = (hidden: boolean): Promise<void> =>
      page.evaluate((value) => {
        Object.defineProperty(document, "hidden", { value, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
    await hide(true);
    const resting = await atRest();
    await hide(false);
    await expect.poll(updates, patience).toBeGreaterThan(resting);
  });

  test("reloaded in the middle of learning begins anew, as its address says", async () => {
    await page.reload();
    await expect.poll(() => text("#adapter"), patience).toMatch(/^(Software adapter|GPU): /);
    await expect.poll(updates, patience).toBeGreaterThan(1);
    expect(await radio("Rings").isChecked()).toBe(true);
    expect(await page.getByLabel("Seed", { exact: true }).inputValue()).toBe("7");
  });

  test("pauses, steps, starts over and goes on, by buttons and by keys", async () => {
    await press("Pause");
    const resting = await atRest();
    await page.keyboard.press(".");
    await expect.poll(updates, patience).toBe(resting + 1);
    await press("Step");
    await expect.poll(updates, patience).toBe(resting + 2);
    await page.keyboard.press("r");
    await expect.poll(updates, patience).toBe(0);
    await press("Play");
    await expect.poll(updates, patience).toBeGreaterThan(2);
  });

  test("goes on with the same parameters after a setting, and begins anew with other data", async () => {
    await press("Pause");
    const resting = await atRest();
    await page.getByLabel("Langevin steps", { exact: true }).fill("5");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toContain("sampler.steps=5");
    await press("Step");
    await expect.poll(updates, patience).toBe(resting + 1);
    expect(await text("#command")).toBe(
      "ebm train anatomy/rings-nonconvergent-tiny --seed 7 --set batch=10 --set sampler.steps=5 --set landscape.resolution=30",
    );

    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await press("Copy command");
    await expect.poll(() => text("#copied")).toBe("The command is in your clipboard.");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await text("#command"));

    await radio("Gaussians").check();
    await expect.poll(() => page.url()).toContain("recipe=anatomy/gmm-nonconvergent-tiny&seed=7");
    await expect.poll(updates, patience).toBe(0);
    await press("Step");
    await expect.poll(updates, patience).toBe(1);
  });

  test("says which values are legal, and what the engine refuses", async () => {
    await page.getByLabel("noise", { exact: true }).fill("loud");
    await page.keyboard.press("Enter");
    expect(await text("#setting-sampler-noise-about")).toBe("expected a number of at least 0");
    await goTo(`#v=1&${small}&batch=200&start.size=100`);
    await expect.poll(() => page.getByRole("alert").textContent(), patience).toContain("100");
  });

  test("fits a phone of 360 pixels", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });

  test("has put no error on the console", () => expect(errors).toEqual([]));
});

test("without WebGPU the page shows the truth and says what to do", async () => {
  const { args, ...options } = await chromium();
  const plain = await playwright.launch({ ...options, args: args!.filter((arg) => !arg.includes("webgpu")) });
  onTestFinished(() => plain.close());
  const { page, errors } = await open(plain);
  await expect.poll(() => page.getByRole("alert").textContent(), patience).toContain("no WebGPU");
  expect(await page.getByRole("listitem").last().textContent()).toContain("--enable-unsafe-webgpu");
  expect(await page.getByRole("radio", { name: "Truth" }).isChecked()).toBe(true);
  expect(errors).toEqual([]);
});
