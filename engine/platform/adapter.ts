/** What both sides of #platform say about the adapter they found, and the error when there is none. */

/** An adapter and everything worth telling a person about it. */
export interface AdapterChoice {
  adapter: GPUAdapter;
  /** What the driver calls the device, `llvmpipe: Mesa 25.0.7 (LLVM 15.0.6)`. */
  name: string;
  vendor: string;
  architecture: string;
  /** The driver and its version; empty where the host does not say. */
  driver: string;
  /** Whether the processor does the work of a GPU. */
  software: boolean;
  source: "hardware" | "installed software" | "SwiftShader from npm" | "browser" | "null";
  /** `Node 20.20.2, webgpu 0.6.2`, or the browser and its version. */
  host: string;
}

export interface AdapterOptions {
  /** `null` accepts every command and executes none: what remains is the cost of the host. Node only. */
  backend?: "null";
  /** Timestamps in nanoseconds instead of coarse steps, for profiles. Node only, browsers decide for themselves. */
  preciseTimestamps?: boolean;
  /**
   * `plain` uses only the kernels that run on every adapter, `tiles` those for GPUs, `chains` plain ones and one for each loop whose chains do
   * not meet, instead of those that suit this one.
   */
  kernels?: "suited" | "plain" | "tiles" | "chains";
}

/** No adapter that fits: the message says what to install. */
export class NoAdapterError extends Error {
  override readonly name = "NoAdapterError";
}
