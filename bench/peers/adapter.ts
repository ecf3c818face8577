/** The adapter of our own platform layer as `navigator.gpu`, so that every library computes on the same one. */

import { globals } from "webgpu";
import { requestAdapter, settle } from "../../engine/platform/node.ts";

/**
 * Defines what libraries for browsers look for, `navigator` and the globals of WebGPU. Dawn burns a core while a promise
 * is pending, which a software adapter needs; the promises of every library are waited for as politely as ours.
 */
export function shareAdapter(software: boolean): void {
  Object.assign(globalThis, globals);
  const gpu = {
    requestAdapter: async () => (await requestAdapter()).adapter,
    getPreferredCanvasFormat: () => "bgra8unorm",
    wgslLanguageFeatures: new Set<string>(),
  };
  Object.defineProperty(globalThis, "navigator", { value: { gpu, userAgent: "Node" }, configurable: true });
  waitPolitely(GPUBuffer.prototype, "mapAsync", software);
  waitPolitely(GPUQueue.prototype, "onSubmittedWorkDone", software);
  waitPolitely(GPUDevice.prototype, "createComputePipelineAsync", software);
  waitPolitely(GPUDevice.prototype, "popErrorScope", software);
}

function waitPolitely<Name extends string>(
  owner: Record<Name, (...words: never[]) => Promise<unknown>>,
  method: Name,
  software: boolean,
): void {
  const plain = owner[method] as (...words: unknown[]) => Promise<unknown>;
  Object.defineProperty(owner, method, {
    value(...words: unknown[]) {
      return settle(plain.apply(this, words), software);
    },
  });
}
