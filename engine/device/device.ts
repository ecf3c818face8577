/** The device: an adapter opened with all it allows, its queue, its buffers and its compiled shaders. */

import { compilesLate, requestAdapter, settle, type AdapterChoice, type AdapterOptions } from "#platform";
import { DeviceError, DeviceLostError, OutOfMemoryError } from "../errors.ts";
import { BufferUsage, MapMode } from "../platform/flags.ts";
import { compileAhead } from "./ahead.ts";
import { Commands } from "./commands.ts";
import { Pipelines, type KernelSource } from "./pipelines.ts";
import { BufferPool, type MemoryReport } from "./pool.ts";
import { SharedBindings } from "./sharedBindings.ts";
import type { Storage } from "./storage.ts";
import { targetOf, type Target } from "./target.ts";

/** Limits worth having as large as the adapter offers them. */
const WANTED = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupStorageSize",
] as const;

/** Submits that may be under way before `throttle` waits; WebGPU itself has no back-pressure. */
const MOST_UNDER_WAY = 256;

export class Device {
  readonly pool: BufferPool;
  readonly pipelines: Pipelines;
  readonly shared: SharedBindings;
  readonly commands: Commands;
  #lost: DeviceLostError | null = null;
  #error: Error | null = null;
  #finished = 0;

  private constructor(
    readonly gpu: GPUDevice,
    readonly adapter: AdapterChoice,
    /** What programs are compiled for. */
    readonly target: Target,
  ) {
    this.pool = new BufferPool(gpu);
    this.pipelines = new Pipelines(gpu);
    this.shared = new SharedBindings(gpu);
    this.commands = new Commands(gpu);
    void gpu.lost.then(({ reason, message }) => {
      this.#lost = new DeviceLostError(`device: lost (${reason}), ${message || "no reason given"}`);
    });
    gpu.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#error ??= typed(event.error);
    });
  }

  /** Opens the best adapter with the largest limits it has. Throws NoAdapterError with what to install. */
  static async open(options: AdapterOptions = {}): Promise<Device> {
    const choice = await requestAdapter(options);
    const { limits, features } = choice.adapter;
    const requiredLimits = Object.fromEntries(WANTED.map((name) => [name, limits[name]]));
    const optional = (["subgroups", "timestamp-query", "shader-f16"] as const).filter((name) => features.has(name));
    const gpu = await choice.adapter.requestDevice({ requiredLimits, requiredFeatures: optional });
    return new Device(gpu, choice, targetOf(gpu, choice, options.kernels ?? "suited"));
  }

  /** Whether its kernels may read and write f16. */
  get hasHalves(): boolean {
    return this.gpu.features.has("shader-f16");
  }

  /** The largest buffer that a kernel may read, in bytes. */
  get mostBytes(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.gpu.limits;
    return Math.min(maxStorageBufferBindingSize, maxBufferSize);
  }

  /** Compiles kernels in parallel, without blocking. Throws a ShaderError with file and line. */
  prepare(sources: readonly KernelSource[]): Promise<void> {
    // It only saves time, so that whatever keeps it from that is no error.
    if (compilesLate(this.adapter)) compileAhead(this, this.pipelines.missing(sources)).catch(() => {});
    return settle(this.pipelines.prepare(sources, this.shared.layout), this.adapter.software);
  }

  /** Throws what went wrong since the last call, if anything did: a submit to a lost device would be silent. */
  check(): void {
    const problem = this.#lost ?? this.#error;
    this.#error = null;
    if (problem !== null) throw problem;
  }

  /** Waits while too much is under way, so that a loop cannot run ahead of the GPU without end. */
  async throttle(limit = MOST_UNDER_WAY): Promise<void> {
    if (this.commands.submits - this.#finished > limit) await this.idle();
  }

  /** Waits until everything asked for so far is done. */
  async idle(): Promise<void> {
    this.commands.flush();
    const upTo = this.commands.submits;
    await settle(this.gpu.queue.onSubmittedWorkDone(), this.adapter.software);
    this.#finished = Math.max(this.#finished, upTo);
    this.check();
  }

  /** Puts data into a new buffer. */
  upload(words: Float32Array | Uint32Array, purpose: string): Storage {
    this.check();
    const storage = this.pool.store(words.byteLength, purpose);
    // The buffer may be one given back a moment ago, which commands not submitted yet still read.
    this.commands.flush();
    this.gpu.queue.writeBuffer(storage.buffer, 0, words.buffer, words.byteOffset, words.byteLength);
    return storage;
  }

  /** Reads the first `bytes` of a buffer, after everything asked for so far. */
  async download(buffer: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    this.check();
    if (bytes === 0) return new ArrayBuffer(0);
    const staging = this.gpu.createBuffer({ size: bytes, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
    this.commands.copy(buffer, staging, bytes);
    this.commands.flush();
    const upTo = this.commands.submits;
    try {
      await settle(staging.mapAsync(MapMode.READ), this.adapter.software);
    } catch (cause) {
      // Browsers reject what is being read before they say that the device is lost.
      await Promise.race([this.gpu.lost, new Promise((resolve) => setTimeout(resolve, 100))]);
      this.check();
      throw new DeviceError("device: a read-back failed", { cause });
    }
    this.#finished = Math.max(this.#finished, upTo);
    const data = staging.getMappedRange().slice(0);
    staging.destroy();
    this.check();
    return data;
  }

  /** Buffers and bytes in use and in stock. */
  memory(): MemoryReport {
    return this.pool.report();
  }

  /** Ends the device. Tensors on it are lost. */
  async close(): Promise<void> {
    if (this.#lost === null) await this.idle();
    this.pool.drain();
    this.gpu.destroy();
    await this.gpu.lost;
  }
}

function typed(error: GPUError): Error {
  const memory = error.constructor.name === "GPUOutOfMemoryError";
  return memory ? new OutOfMemoryError(`device: ${error.message}`) : new DeviceError(`device: ${error.message}`);
}

let current: Device | null = null;

/** Opens a device and makes it the current one, on which tensors live from now on. Throws NoAdapterError if there is none. */
export async function openDevice(options: AdapterOptions = {}): Promise<Device> {
  return useDevice(await Device.open(options));
}

/** Makes an open device the current one. */
export function useDevice(device: Device): Device {
  current = device;
  return device;
}

/** The device that tensors live on: the one opened last, or chosen since. */
export function currentDevice(where: string): Device {
  if (current === null) throw new Error(`${where}: no device is open; call openDevice() first`);
  return current;
}
