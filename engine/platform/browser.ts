/** #platform in browsers, pages and workers alike: adapters from `navigator.gpu`. */

import { NoAdapterError, type AdapterChoice, type AdapterOptions } from "./adapter.ts";

export { NoAdapterError };
export type { AdapterChoice, AdapterOptions };

/** The browser's adapter, a fast GPU if it has the choice. Throws NoAdapterError with what to change. */
export async function requestAdapter(options: AdapterOptions = {}): Promise<AdapterChoice> {
  if (options.backend !== undefined) {
    throw new TypeError(`requestAdapter: browsers choose their own backend, got "${options.backend}"`);
  }
  // Typed as always there, but absent in older browsers and on pages without https.
  const gpu = navigator.gpu as GPU | undefined;
  if (gpu === undefined) {
    throw new NoAdapterError(
      "requestAdapter: no WebGPU in this page; it needs https or localhost, and Chrome or Edge 113, Safari 26 or Firefox 141",
    );
  }
  const wish: GPURequestAdapterOptions = { powerPreference: "high-performance" };
  // Chromium may answer null while its GPU process starts, and an adapter to the second question.
  const adapter = (await gpu.requestAdapter(wish)) ?? (await gpu.requestAdapter(wish));
  if (adapter === null) {
    throw new NoAdapterError(
      "requestAdapter: the browser has WebGPU but no adapter; turn on hardware acceleration, or see chrome://gpu",
    );
  }
  const { vendor, architecture, device, description } = adapter.info;
  return {
    adapter,
    name: description || device || [vendor, architecture].filter(Boolean).join(" ") || "unnamed adapter",
    vendor,
    architecture,
    driver: "",
    software: adapter.info.isFallbackAdapter || architecture === "swiftshader",
    source: "browser",
    host: browserName(),
  };
}

/** `Chrome/156.0.0.0`: the last familiar product in the user agent, which lists ancestors first. */
function browserName(): string {
  const products = navigator.userAgent.match(/(Edg|HeadlessChrome|Chrome|Firefox|Version)\/[\d.]+/g) ?? [];
  return products.find((product) => product.startsWith("Edg")) ?? products[0] ?? navigator.userAgent;
}

/** Never: which driver a browser has, and what it keeps of shaders, is its own affair. */
export const compilesLate = (_choice: AdapterChoice): boolean => false;

/** Nothing: a page has no second process. */
export function delegate(_kernels: readonly unknown[]): void {}

/** Never: no page is a second process. */
export const assignment = (): Promise<unknown> => Promise.reject(new Error("assignment: no page is a second process"));

/** `promise` itself: a browser's GPU runs in another process and waiting costs nothing. */
export function settle<T>(promise: Promise<T>, _software: boolean): Promise<T> {
  return promise;
}
