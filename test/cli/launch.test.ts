/** The launcher starts a program again with SwiftShader, and the pair then behaves like one process. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cached, chromiumPackage } from "../../cli/swiftshader.ts";
import { built } from "../built.ts";

const folder = mkdtempSync(join(tmpdir(), "launch-"));
const program = join(folder, "program.mjs");

const source = `
  import { launch } from "${pathToFileURL("dist/cli/launch.js").href}";
  import { requestAdapter } from "${pathToFileURL("dist/engine/platform/node.js").href}";
  console.log("start");
  await launch();
  const { source } = await requestAdapter();
  process.on("SIGTERM", () => process.exit(7));
  console.log(source + " " + process.argv.slice(2).join(" "));
  if (process.argv[2] === "exit") process.exit(3);
  setInterval(() => {}, 1000);
`;

beforeAll(async () => {
  await built();
  writeFileSync(program, source);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program as on a machine without any adapter; `onReady` may act on its process once the work has begun. */
async function run(argument: string, onReady: (kill: (signal: NodeJS.Signals) => void) => void = () => {}) {
  const env: NodeJS.ProcessEnv = { ...process.env, EBM_ADAPTER: "swiftshader" };
  for (const name of ["EBM_SWIFTSHADER", "VK_ICD_FILENAMES", "VK_DRIVER_FILES"]) delete env[name];
  const child = spawn(process.execPath, [program, argument], { env, stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  let ready = false;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    if (!ready && output.includes("SwiftShader")) {
      ready = true;
      onReady((signal) => child.kill(signal));
    }
  });
  // "close" waits for the pipe, which the second process shares: it comes when both have ended.
  const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { code, signal, lines: output.trim().split("\n") };
}

describe.skipIf(chromiumPackage() === null)("launch() without an adapter", () => {
  test("runs the program a second time, with SwiftShader, and hands on its exit code", async () => {
    const { code, lines } = await run("exit");
    expect(lines).toEqual(["start", "start", "SwiftShader from npm exit"]);
    expect(code).toBe(3);
  });

  test("hands SIGTERM on and ends as the program does", async () => {
    expect(await run("wait", (kill) => kill("SIGTERM"))).toMatchObject({ code: 7, signal: null });
  });

  test("takes the program with it when it is killed", async () => {
    expect(await run("wait", (kill) => kill("SIGKILL"))).toMatchObject({ code: null, signal: "SIGKILL" });
  });
});

describe("cached(name, fill)", () => {
  const cache = join(folder, "cache");
  const before = process.env.XDG_CACHE_HOME;
  beforeAll(() => {
    mkdirSync(cache);
    process.env.XDG_CACHE_HOME = cache;
  });
  afterAll(() => {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
  });

  const fill = (text: string) => (place: string) => {
    writeFileSync(join(place, "file"), text);
    return Promise.resolve();
  };

  test("keeps what the first of several callers made, and nothing else", async () => {
    const places = await Promise.all(["a", "b", "c"].map((text) => cached("three", fill(text))));
    expect(new Set(places).size).toBe(1);
    expect(readFileSync(join(places[0], "file"), "utf8")).toMatch(/^[abc]$/);
    expect(readdirSync(join(cache, "webgpu-ebm"))).toEqual(["three"]);
    expect(await cached("three", () => Promise.reject(new Error("filled twice")))).toBe(places[0]);
  });

  test("leaves nothing behind when filling fails", async () => {
    await expect(cached("broken", () => Promise.reject(new Error("disk full")))).rejects.toThrow("disk full");
    expect(readdirSync(join(cache, "webgpu-ebm"))).not.toContain("broken");
  });
});
