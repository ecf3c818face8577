/** Commands on their way to the GPU: recorded in order, submitted together. */

import type { SharedReads } from "./pipelines.ts";

/** Dispatches per submit: enough to spread its cost. */
const PER_SUBMIT = 64;

/**
 * Work per submit, in operations, beyond which it holds no further dispatch. Systems reset a GPU that is at one submit for seconds: 2 · 10¹⁰
 * take a tenth of a second on the slowest of them.
 */
const MOST_WORK = 2e10;

/** A dispatch with its buffers bound. */
export interface BoundDispatch {
  pipeline: GPUComputePipeline;
  group: GPUBindGroup;
  groups: readonly [number, number, number];
  /** What it reads of group 1. */
  reads: SharedReads;
  /** About what it takes, in operations. */
  work: number;
}

/**
 * Records dispatches and copies, and submits them after 64 dispatches or much work, when the present turn of the event loop ends, or
 * when asked to. So a submit, which costs the host more than several dispatches, is shared even by ops that run one at a time.
 * Whoever goes past the recording, to the queue or to destroy a buffer, flushes first.
 */
export class Commands {
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #dispatches = 0;
  #work = 0;
  #submits = 0;
  // What is set in the present pass.
  #pipeline: GPUComputePipeline | null = null;
  #group: GPUBindGroup | null = null;
  #shared: GPUBindGroup | null = null;
  #offset = 0;

  constructor(readonly gpu: GPUDevice) {}

  /** Submits so far. While it stays the same, what was recorded is not submitted yet. */
  get submits(): number {
    return this.#submits;
  }

  /**
   * Records a dispatch; `shared` is bound as group 1 at a dynamic offset. Calls of WebGPU are nearly all that the host pays, so
   * none is made that changes nothing: neither for what is set already nor for what the kernel does not read.
   */
  dispatch({ pipeline, group, groups, reads, work }: BoundDispatch, shared: GPUBindGroup, offset: number): void {
    const pass = (this.#pass ??= this.#open().beginComputePass());
    if (!this.#serves(reads, shared, offset)) {
      pass.setBindGroup(1, shared, [offset]);
      this.#shared = shared;
      this.#offset = offset;
    }
    if (pipeline !== this.#pipeline) {
      pass.setPipeline(pipeline);
      this.#pipeline = pipeline;
    }
    if (group !== this.#group) {
      pass.setBindGroup(0, group);
      this.#group = group;
    }
    if (groups[1] === 1 && groups[2] === 1) pass.dispatchWorkgroups(groups[0]);
    else pass.dispatchWorkgroups(groups[0], groups[1], groups[2]);
    this.#work += work;
    if (++this.#dispatches >= PER_SUBMIT || this.#work >= MOST_WORK) this.flush();
  }

  /** Whether what is bound as group 1 gives a kernel all that it reads there. */
  #serves(reads: SharedReads, shared: GPUBindGroup, offset: number): boolean {
    if (reads === "nothing") return true;
    return this.#shared === shared && (reads === "numbers" || this.#offset === offset);
  }

  /** Records a copy of the first `bytes` of a buffer to the start of another. */
  copy(from: GPUBuffer, to: GPUBuffer, bytes: number): void {
    this.#endPass();
    if (from !== to && bytes > 0) this.#open().copyBufferToBuffer(from, 0, to, 0, bytes);
  }

  /** Submits what is recorded. Never throws; Device.check() tells what went wrong. */
  flush(): void {
    this.#endPass();
    if (this.#encoder === null) return;
    this.gpu.queue.submit([this.#encoder.finish()]);
    this.#encoder = null;
    this.#dispatches = 0;
    this.#work = 0;
    this.#submits++;
  }

  #open(): GPUCommandEncoder {
    if (this.#encoder === null) {
      this.#encoder = this.gpu.createCommandEncoder();
      queueMicrotask(() => this.flush());
    }
    return this.#encoder;
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
    this.#pipeline = null;
    this.#group = null;
    this.#shared = null;
  }
}
