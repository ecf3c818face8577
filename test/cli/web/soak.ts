/** The landscape lab left to train for ten minutes, or SOAK_MINUTES: the memory of the browser does not grow. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as playwright } from "playwright";
import { build } from "vite";
import { expect, onTestFinished, test } from "vitest";
import { serve } from "../../../cli/commands/demo.ts";
import { chromium } from "../../chromium.ts";
import { visit } from "./visit.ts";

const minutes = Number(process.env.SOAK_MINUTES ?? 10);
/** Looks at the memory a minute. */
const LOOKS = 4;
const PAGE = 4096;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test("the browser's memory stays flat", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ebm-soak-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await build({ configFile: "vite.web.config.ts", logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  const server = await serve(folder, 0);
  onTestFinished(() => void server.close());
  const browser = await playwright.launch(await chromium());
  onTestFinished(() => browser.close());
  const address = server.address();
  const port = typeof address === "object" ? address!.port : "";
  const here = await visit(browser, `http://localhost:${port}/#v=1&room=landscape&batch=40&sampler.steps=20`);
  const processes = await browser.newBrowserCDPSession();

  /** Resident memory of all processes of the browser, in MiB. */
  const resident = async (): Promise<number> => {
    const { processInfo } = await processes.send("SystemInfo.getProcessInfo");
    const pages = processInfo.map(({ id }) => Number(readFileSync(`/proc/${id}/statm`, "utf8").split(" ")[1]));
    return (pages.reduce((sum, count) => sum + count, 0) * PAGE) / 2 ** 20;
  };

  const seen: number[] = [];
  for (let look = 0; look < minutes * LOOKS; look++) {
    await here.page.waitForTimeout(60_000 / LOOKS);
    seen.push(await resident());
    console.log(
      `${((look + 1) / LOOKS).toFixed(2)} min  ${seen[look].toFixed(0)} MiB  update ${await here.text("#updates")}`,
    );
  }
  expect(here.errors).toEqual([]);
  // The first fifth is for shaders, pools and the just-in-time compiler.
  const settled = seen.slice(Math.ceil(seen.length / 5));
  const half = Math.floor(settled.length / 2);
  expect(mean(settled.slice(half))).toBeLessThan(1.1 * mean(settled.slice(0, half)));
});
