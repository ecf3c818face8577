/** #platform in Node: adapters from Dawn (npm `webgpu`), and waiting that leaves the processor to a software adapter. */

import { fork } from "node:child_process";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { NoAdapterError, type AdapterChoice, type AdapterOptions } from "./adapter.ts";

export { NoAdapterError };
export type { AdapterChoice, AdapterOptions };

// Dawn crashes the process when one of its instances is garbage collected, so they are never let go.
const instances = new Map<string, GPU>();

async function instance(flags: readonly string[]): Promise<GPU> {
  const key = flags.join(" ");
  const known = instances.get(key);
  if (known !== undefined) return known;
  try {
    const { create } = await import("webgpu");
    const gpu = create([...flags]);
    instances.set(key, gpu);
    return gpu;
  } catch (cause) {
    throw new NoAdapterError(
      `requestAdapter: npm package webgpu has no build for ${process.platform}-${process.arch}`,
      {
        cause,
      },
    );
  }
}

/** What EBM_ADAPTER may say, and the only source of adapters that each word then allows. */
const demands: Readonly<Record<string, AdapterChoice["source"]>> = {
  hardware: "hardware",
  installed: "installed software",
  swiftshader: "SwiftShader from npm",
};

function demanded(): AdapterChoice["source"] | null {
  const word = process.env.EBM_ADAPTER;
  if (word === undefined || word === "") return null;
  if (word in demands) return demands[word];
  throw new RangeError(
    `EBM_ADAPTER: no such kind of adapter, got "${word}" (one of ${Object.keys(demands).join(", ")})`,
  );
}

/** The adapter Dawn likes best, a GPU before a processor that stands in for one; null if there is none. */
async function bestAdapter(gpu: GPU): Promise<GPUAdapter | null> {
  const fast = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (fast !== null && !fast.info.isFallbackAdapter) return fast;
  const frugal = await gpu.requestAdapter({ powerPreference: "low-power" });
  return frugal !== null && !frugal.info.isFallbackAdapter ? frugal : (fast ?? frugal);
}

/** The installed driver that stands in for a GPU; null if there is none. Dawn knows of it only once it was asked for any adapter. */
async function standIn(gpu: GPU): Promise<GPUAdapter | null> {
  await gpu.requestAdapter();
  return gpu.requestAdapter({ forceFallbackAdapter: true });
}

function sourceOf(adapter: GPUAdapter): AdapterChoice["source"] {
  if (!adapter.info.isFallbackAdapter) return "hardware";
  return process.env.EBM_SWIFTSHADER === undefined ? "installed software" : "SwiftShader from npm";
}

/**
 * A real GPU, else a software driver that is installed, else SwiftShader where the process was started with it
 * (cli/launch.ts does that). `EBM_ADAPTER` = `hardware` | `installed` | `swiftshader` allows that one only.
 * Throws NoAdapterError with what to install.
 */
export async function requestAdapter(options: AdapterOptions = {}): Promise<AdapterChoice> {
  const flags = options.preciseTimestamps ? ["disable-dawn-features=timestamp_quantization"] : [];
  if (options.backend === "null") {
    const gpu = await instance(["backend=null", ...flags]);
    return describe(await gpu.requestAdapter(), "null");
  }
  const demand = demanded();
  const gpu = await instance(flags);
  const adapter = await (demand === "installed software" ? standIn(gpu) : bestAdapter(gpu));
  const source = adapter === null ? "null" : sourceOf(adapter);
  if (adapter !== null && demand !== null && source !== demand) {
    throw new NoAdapterError(
      `requestAdapter: EBM_ADAPTER=${process.env.EBM_ADAPTER} asks for ${demand}, got ${source} (${adapter.info.description})`,
    );
  }
  return describe(adapter, source);
}

function describe(adapter: GPUAdapter | null, source: AdapterChoice["source"]): AdapterChoice {
  if (adapter === null) throw new NoAdapterError(`requestAdapter: no WebGPU adapter; ${advice()}`);
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  return {
    adapter,
    name: source === "hardware" ? device || description : description || device,
    vendor,
    architecture,
    driver: description,
    software: isFallbackAdapter,
    source,
    host: `Node ${process.versions.node}, webgpu ${packageVersion()}`,
  };
}

function packageVersion(): string {
  return (createRequire(import.meta.url)("webgpu/package.json") as { version: string }).version;
}

function advice(): string {
  switch (process.platform) {
    case "linux":
      return (
        "install your GPU's Vulkan driver, or Mesa 23 or newer for a software one (Debian, Ubuntu: mesa-vulkan-drivers; " +
        "Debian 12: from bookworm-backports; Fedora: mesa-vulkan-drivers; Arch: vulkan-swrast)" +
        (process.arch === "x64" ? ", or SwiftShader with npm install @sparticuz/chromium@147" : "")
      );
    case "win32":
      return "update the graphics driver; Windows 10 or newer brings Direct3D 12 and a software adapter";
    case "darwin":
      return "macOS needs a GPU with Metal, which virtual machines often lack";
    default:
      return "webgpu runs on Linux, macOS and Windows";
  }
}

/**
 * Whether the driver compiles a shader when it first runs and keeps what comes of it on disk, as llvmpipe does unless told otherwise, and
 * there is a processor to spare for it.
 */
export const compilesLate = ({ source, name }: AdapterChoice): boolean =>
  source === "installed software" &&
  name.startsWith("llvmpipe") &&
  !/^(1|y|yes|t|true)$/i.test(process.env.MESA_SHADER_CACHE_DISABLE ?? "") &&
  availableParallelism() > 1;

/** The program of a second process, once it is built: Node runs no TypeScript. */
const secondProcess = new URL("../device/secondProcess.js", import.meta.url);

/** Starts a process that compiles these kernels, and ends with this one at the latest. */
export function delegate(kernels: readonly unknown[]): void {
  if (import.meta.url.endsWith(".ts")) return;
  const child = fork(fileURLToPath(secondProcess), { stdio: ["ignore", "ignore", "ignore", "ipc"], execArgv: [] });
  // It only saves time: that it cannot be started, or ends early, is no error.
  child.on("error", () => {});
  child.send(kernels, () => {});
  child.unref();
  child.channel?.unref();
}

/** What this process was given, if it is a second one; it ends when the first does. */
export function assignment(): Promise<unknown> {
  if (!process.connected) process.exit();
  process.once("disconnect", () => process.exit());
  return new Promise((resolve) =>
    process.once("message", (kernels) => {
      process.channel?.unref();
      resolve(kernels);
    }),
  );
}

/** How long a promise may take before naps begin, in milliseconds: a short read-back is over by then. */
const SPIN = 0.1;
/** The shortest and the longest nap, in milliseconds; between them, a nap is a fiftieth of the wait so far. */
const NAP = { shortest: 0.1, longest: 1 };

const pillow = new Int32Array(new SharedArrayBuffer(4));
const awaited = new Set<Promise<unknown>>();
let awaitedSince = 0;
let polling = false;

/**
 * `promise`, waited for politely. Dawn polls with setImmediate and so burns a core while a promise is pending;
 * a software adapter needs that core, so the thread naps between two polls until the promise settles.
 */
export function settle<T>(promise: Promise<T>, software: boolean): Promise<T> {
  if (software) {
    if (awaited.size === 0) awaitedSince = performance.now();
    awaited.add(promise);
    const forget = () => awaited.delete(promise);
    promise.then(forget, forget);
    if (!polling) {
      polling = true;
      setImmediate(poll);
    }
  }
  return promise;
}

function poll(): void {
  polling = awaited.size > 0;
  if (!polling) return;
  const waited = performance.now() - awaitedSince;
  if (waited > SPIN) Atomics.wait(pillow, 0, 0, Math.min(NAP.longest, Math.max(NAP.shortest, waited / 50)));
  setImmediate(poll);
}
