/** Node and a browser on the same adapter train to the same bits; and the built package loads in a browser as it is. */

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { promisify } from "node:util";
import { chromium as playwright } from "playwright";
import { beforeAll, expect, test } from "vitest";
import { chromiumPackage } from "../../../cli/swiftshader.ts";
import { built } from "../../built.ts";
import { chromium } from "../../chromium.ts";

/** What digests.js returns. */
interface Digests {
  adapter: string;
  streams: Record<string, string>;
  reference: Record<string, string>;
  trainings: Record<string, { file: string; before: Record<string, string>; arrays: Record<string, string> }>;
}

const run = promisify(execFile);
const script = "/test/ebm/parity/digests.js";

/** A Node process of its own, which starts itself again with SwiftShader where it must. */
async function inNode(): Promise<Digests> {
  const program = `
    import { launch } from "./dist/cli/launch.js";
    await launch();
    const { digests } = await import(".${script}");
    process.stdout.write("\\n" + JSON.stringify(await digests()), () => process.exit());
  `;
  const env = { ...process.env, EBM_ADAPTER: "swiftshader" };
  const { stdout } = await run(process.execPath, ["--input-type=module", "--eval", program], { env });
  return JSON.parse(stdout.split("\n").at(-1)!) as Digests;
}

/** The names that a bundler would take from package.json. */
const importMap = {
  "#platform": "/dist/engine/platform/browser.js",
  ...Object.fromEntries(["engine", "nn", "ebm"].map((name) => [`webgpu-ebm/${name}`, `/dist/${name}/index.js`])),
};

const page = `<!doctype html><title>parity</title>
<script type="importmap">${JSON.stringify({ imports: importMap })}</script>`;

/** Serves the page, the built package and the module, and nothing else. */
const served = async (): Promise<Server> => {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const shared = extname(path) === ".js" && (path.startsWith("/dist/") || path === script);
    const send = (status: number, type: string, body: string) =>
      response.writeHead(status, { "content-type": type }).end(body);
    if (path === "/") send(200, "text/html", page);
    else if (!shared) send(404, "text/plain", "not served here");
    else
      readFile(join(process.cwd(), path), "utf8").then(
        (text) => send(200, "text/javascript", text),
        () => send(404, "text/plain", "no such file"),
      );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
};

async function inBrowser(): Promise<Digests> {
  const [server, browser] = [await served(), await playwright.launch(await chromium())];
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    return await tab.evaluate(`import("${script}").then(({ digests }) => digests())`);
  } finally {
    await browser.close();
    server.close();
  }
}

// SwiftShader comes with @sparticuz/chromium, for Linux on x64 only.
const lacking = chromiumPackage() === null;
let node: Digests;
let browser: Digests;

beforeAll(async () => {
  if (lacking) return;
  await built();
  node = await inNode();
  browser = await inBrowser();
});

test.skipIf(lacking)("both hosts run on SwiftShader", () => {
  expect([node.adapter, browser.adapter].map((name) => name.toLowerCase())).toEqual([
    expect.stringContaining("swiftshader"),
    expect.stringContaining("swiftshader"),
  ]);
});

test.skipIf(lacking)("random streams have the digests of the float64 reference in both hosts", () => {
  expect(Object.keys(node.reference)).toEqual(["bits", "uniform", "normal", "choice", "split"]);
  expect(new Set(Object.values(node.reference)).size).toBe(5);
  for (const streams of [node.streams, browser.streams, browser.reference]) expect(streams).toEqual(node.reference);
});

test.skipIf(lacking).each(["toy", "images", "attention"])(
  "20 updates of the small training %s leave the same bits in both hosts, array by array and as a file",
  (name) => {
    expect(browser.trainings[name].arrays).toEqual(node.trainings[name].arrays);
    expect(browser.trainings[name].file).toBe(node.trainings[name].file);
    const { before, arrays } = node.trainings[name];
    const learned = Object.keys(arrays).filter((array) => array.endsWith(".weight"));
    expect(learned.length).toBeGreaterThan(4);
    for (const array of learned) expect(arrays[array], array).not.toBe(before[array]);
  },
);
