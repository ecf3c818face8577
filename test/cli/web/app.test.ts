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
import { landscape } from "./rooms/landscape.ts";
import { source } from "./rooms/source.ts";
import { patience, visit, type Visit } from "./visit.ts";

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

// A row for each room: the tests of one are one visit, each goes on where the one before has left the page.
describe.each([
  ["landscape", landscape],
  ["arena", arena],
  ["source", source],
])("the room %s", (room, tests) => {
  let here: Visit;
  beforeAll(async () => (here = await visit(browser, `${origin}/#v=1&room=${room}`)));
  afterAll(() => here.page.close());
  tests(() => here);
  test("has put no error on the console", () => expect(here.errors).toEqual([]));
});

test("without WebGPU the page shows the truth and says what to do", async () => {
  const { args, ...options } = await chromium();
  const plain = await playwright.launch({ ...options, args: args!.filter((arg) => !arg.includes("webgpu")) });
  onTestFinished(() => plain.close());
  const { page, errors } = await visit(plain, origin);
  await expect.poll(() => page.getByRole("alert").textContent(), patience).toContain("no WebGPU");
  expect(await page.getByRole("listitem").last().textContent()).toContain("--enable-unsafe-webgpu");
  expect(await page.getByRole("radio", { name: "Truth" }).isChecked()).toBe(true);
  expect(errors).toEqual([]);
});
