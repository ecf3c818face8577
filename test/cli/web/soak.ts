/** The rooms left to work for ten minutes, or SOAK_MINUTES, one after the other: the memory of the browser does not grow. */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium as playwright } from "playwright";
import { build } from "vite";
import { expect, onTestFinished, test } from "vitest";
import { serve } from "../../../cli/commands/demo.ts";
import { racers } from "../../../cli/web/rooms/arena/racers.ts";
import { chromium } from "../../chromium.ts";
import { visit } from "./visit.ts";

const minutes = Number(process.env.SOAK_MINUTES ?? 10);
/** Looks at the memory a minute. */
const LOOKS = 4;
const PAGE = 4096;

/** A stay in a room: its address, its share of the time, and where the page says how far it has come. */
interface Stay {
  room: string;
  words: string;
  share: number;
  count: string;
}

const lab: Stay = { room: "landscape", words: "&batch=40&sampler.steps=20", share: 0.3, count: "#updates" };
const stays: readonly Stay[] = [
  lab,
  {
    room: "arena",
    words: `&racers=${racers.map(({ name }) => name).join()}`,
    share: 0.2,
    count: ".racer header small",
  },
  { room: "digits", words: "&batch=8&net.width=4&sampler.steps=5", share: 0.2, count: "#updates" },
  lab,
];

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
  const wordsOf = ({ room, words }: Stay): string => `#v=1&room=${room}${words}`;
  const here = await visit(browser, `http://localhost:${port}/${wordsOf(stays[0])}`);
  const processes = await browser.newBrowserCDPSession();

  /** Resident memory of all processes of the browser, in MiB, by what they are. */
  const resident = async (): Promise<Record<string, number>> => {
    const { processInfo } = await processes.send("SystemInfo.getProcessInfo");
    const sizes: Record<string, number> = {};
    for (const { id, type } of processInfo) {
      const pages = Number(readFileSync(`/proc/${id}/statm`, "utf8").split(" ")[1]);
      sizes[type] = (sizes[type] ?? 0) + (pages * PAGE) / 2 ** 20;
    }
    return sizes;
  };

  /** What of a stay was seen, after its first third, which is for shaders, pools and the just-in-time compiler. */
  const settled: number[][] = [];
  for (const stay of stays) {
    await here.goTo(wordsOf(stay));
    const seen: number[] = [];
    const count = async (): Promise<string> => (await here.page.locator(stay.count).first().textContent()) ?? "";
    for (let look = 0; look < stay.share * minutes * LOOKS; look++) {
      await here.page.waitForTimeout(60_000 / LOOKS);
      const sizes = await resident();
      seen.push(Object.values(sizes).reduce((sum, size) => sum + size, 0));
      const parts = Object.entries(sizes).map(([type, size]) => `${type} ${size.toFixed(0)}`);
      console.log(`${stay.room}  ${seen[look].toFixed(0)} MiB (${parts.join(", ")})  ${await count()}`);
    }
    settled.push(seen.slice(Math.ceil(seen.length / 3)));
    const [least, most] = [Math.min(...settled.at(-1)!), Math.max(...settled.at(-1)!)].map((size) => size.toFixed(0));
    console.log(`${stay.room}: ${await count()}, ${least} to ${most} MiB once settled`);
  }
  expect(here.errors).toEqual([]);
  for (const [at, sizes] of settled.entries()) {
    const half = Math.floor(sizes.length / 2);
    expect(mean(sizes.slice(half)), stays[at].room).toBeLessThan(1.1 * mean(sizes.slice(0, half)));
  }
  // The rooms in between have left nothing behind.
  expect(mean(settled.at(-1)!)).toBeLessThan(1.1 * mean(settled[0]));
});
