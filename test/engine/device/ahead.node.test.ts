/** Shaders compiled from both ends: when a second process is asked for, with what, and that it ends. */

import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { compileAhead, isOnDisk } from "../../../engine/device/ahead.ts";
import type { KernelSource } from "../../../engine/device/pipelines.ts";
import { compilesLate, type AdapterChoice } from "../../../engine/platform/node.ts";
import { built } from "../../built.ts";
import { device } from "../opened.ts";

/** What a second process was given. */
const given = vi.fn();

afterEach(() => {
  vi.unstubAllEnvs();
  given.mockClear();
});

/** A kernel like no other. */
const kernel = (at: number, body = `y[0] = ${at}.0;`): KernelSource => ({
  file: "elementwise",
  wgsl: `@group(0) @binding(0) var<storage, read_write> y: array<f32>;\n@compute @workgroup_size(1) fn main() { ${body} }`,
  entry: "main",
  overrides: {},
  sizes: [],
  bindings: [{ binding: 0, access: "read_write" }],
});

const many = Array.from({ length: 12 }, (_, at) => kernel(at));

/** A world in which a first run takes so many milliseconds. */
function after(milliseconds: number) {
  let clock = 0;
  return { now: () => clock, finished: () => Promise.resolve((clock += milliseconds)), give: given };
}

test("a kernel that took long to run for the first time is taken for compiled, one that did not for read from disk", async () => {
  expect(await isOnDisk(device, kernel(100), after(30))).toBe(false);
  expect(await isOnDisk(device, kernel(100), after(0))).toBe(true);
  await isOnDisk(device, kernel(101));
});

test("the last kernel tells whether a second process is worth it, which is given those before it, the last first", async () => {
  await compileAhead(device, many, after(30));
  expect(given.mock.calls).toEqual([[many.slice(0, -1).reverse()]]);
});

test("there is none for what the driver knows, or for a few kernels", async () => {
  await compileAhead(device, many, after(0));
  await compileAhead(device, many.slice(0, 5), after(30));
  await compileAhead(device, [], after(30));
  expect(given).not.toHaveBeenCalled();
});

test("an error of somebody else's is left to who asks for it", async () => {
  device.gpu.createBuffer({ size: 4, usage: 0 });
  await device.gpu.queue.onSubmittedWorkDone();
  await isOnDisk(device, kernel(102));
  expect(() => device.check()).toThrow(/usage/i);
});

test("only llvmpipe puts off compiling and keeps what comes of it, unless it is told not to", () => {
  const named = (source: AdapterChoice["source"], name: string) => ({ source, name }) as AdapterChoice;
  vi.stubEnv("MESA_SHADER_CACHE_DISABLE", undefined);
  expect(compilesLate(named("installed software", "llvmpipe: Mesa 25.0.7"))).toBe(true);
  expect(compilesLate(named("hardware", "NVIDIA H200"))).toBe(false);
  expect(compilesLate(named("SwiftShader from npm", "SwiftShader driver 5.0.0"))).toBe(false);
  expect(compilesLate(named("null", "llvmpipe"))).toBe(false);
  vi.stubEnv("MESA_SHADER_CACHE_DISABLE", "true");
  expect(compilesLate(named("installed software", "llvmpipe: Mesa 25.0.7"))).toBe(false);
});

/** The second process, as Node starts it. */
async function started(): Promise<ChildProcess> {
  await built();
  return fork(join("dist", "engine", "device", "secondProcess.js"), {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    execArgv: [],
  });
}

const ending = async (child: ChildProcess): Promise<unknown> => ((await once(child, "exit")) as unknown[])[0];

test("the second process compiles what it is given and ends", async () => {
  const child = await started();
  child.send(many);
  expect(await ending(child)).toBe(0);
});

test("it says what is wrong with a kernel to nobody, and ends", async () => {
  const child = await started();
  let said = "";
  child.stderr!.on("data", (text) => (said += String(text)));
  child.send([kernel(0, "no WGSL"), ...many]);
  expect(await ending(child)).toBe(1);
  expect(said).toContain("no WGSL");
});

test("it ends with the process that started it, whether that gave it anything or not", async () => {
  const child = await started();
  child.disconnect();
  expect(await ending(child)).toBe(0);
});
