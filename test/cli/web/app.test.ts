/** The page as people meet it: built, served by the demo's server, opened in a browser with WebGPU; one browser for all rooms. */

import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as playwright, type Browser } from "playwright";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { serve } from "../../../cli/commands/demo.ts";
import { chromium } from "../../chromium.ts";
import { arena } from "./rooms/arena.ts";
import { digits } from "./rooms/digits.ts";
import { landscape } from "./rooms/landscape.ts";
import { run } from "./rooms/run.ts";
import { source } from "./rooms/source.ts";
import { visit, type Visit } from "./visit.ts";

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
});

afterAll(async () => {
  await browser.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

// A row for each room: the tests of one are one visit, each goes on where the one before has left the page.
describe.each([
  ["landscape", landscape],
  ["run", run],
  ["arena", arena],
  ["digits", digits],
  ["source", source],
])("the room %s", (room, tests) => {
  let here: Visit;
  beforeAll(async () => (here = await visit(browser, `${origin}/#v=1&room=${room}`)));
  afterAll(() => here.page.close());
  tests(() => here);
  test("has nothing that axe finds wrong", async () => {
    await here.page.setViewportSize({ width: 1280, height: 860 });
    expect(await here.violations()).toEqual([]);
  });
  test("has put no error on the console", () => expect(here.errors).toEqual([]));
});

test("opens without a network once it has been there", async () => {
  const context = await browser.newContext();
  onTestFinished(() => context.close());
  const page = await context.newPage();
  await page.goto(origin);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await context.setOffline(true);
  await page.goto(`${origin}/#v=1&room=landscape&seed=5`);
  await page.reload();
  await expect.poll(() => page.locator("#adapter").textContent()).toMatch(/^(Software adapter|GPU): /);
  expect(await page.getByLabel("Seed", { exact: true }).inputValue()).toBe("5");
});

test("without WebGPU the page shows the truth and says what to do", async () => {
  const { args, ...options } = await chromium();
  const plain = await playwright.launch({ ...options, args: args!.filter((arg) => !arg.includes("webgpu")) });
  onTestFinished(() => plain.close());
  const { page, errors } = await visit(plain, origin);
  await expect.poll(() => page.getByRole("alert").textContent()).toContain("no WebGPU");
  expect(await page.getByRole("listitem").last().textContent()).toContain("--enable-unsafe-webgpu");
  expect(await page.getByRole("radio", { name: "Truth" }).isChecked()).toBe(true);
  expect(errors).toEqual([]);
});
