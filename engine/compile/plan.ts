/** A plan: a program scheduled once and replayed with other buffers and numbers. */

import type { Device } from "../device/device.ts";
import type { Kernel } from "../device/pipelines.ts";
import { INDEX_STRIDE, PARAMETER_WORDS, STRETCH } from "../device/sharedBindings.ts";
import type { Storage } from "../device/storage.ts";
import { explain } from "./explain.ts";
import type { Carry, Command, Dispatch, Schedule, SlotRef } from "./schedule.ts";

/** Dispatches per submit: enough to spread its cost, few enough that no watchdog bites. */
const PER_SUBMIT = 64;

/** Sets of bind groups kept, one for each combination of buffers met lately. */
const MOST_SETS = 16;

/** A command with its buffers bound. */
type Bound =
  | { kind: "dispatch"; pipeline: GPUComputePipeline; group: GPUBindGroup; groups: readonly [number, number, number] }
  | { kind: "copy"; from: GPUBuffer; to: GPUBuffer; bytes: number }
  /** The body for even and for odd iterations. */
  | { kind: "loop"; count: number; even: readonly Bound[]; odd: readonly Bound[] };

export class Plan {
  readonly #kernels = new Map<Dispatch, Kernel>();
  readonly #kept = new Map<number, GPUBuffer>();
  readonly #sets = new Map<string, readonly Bound[]>();
  readonly #words = new Uint32Array(PARAMETER_WORDS);
  readonly #block: { parameters: GPUBuffer; group: GPUBindGroup };

  constructor(
    readonly device: Device,
    readonly schedule: Schedule,
  ) {
    this.#block = device.shared.block();
  }

  /** What will run: every dispatch with its shader, groups and buffers. With `wgsl`, the shaders too. */
  explain(options: { wgsl?: boolean } = {}): string {
    return explain(this.schedule, options);
  }

  /** Compiles the shaders, in parallel and without blocking. Throws a ShaderError with file and line. */
  async prepare(): Promise<void> {
    const sources = dispatchesOf(this.schedule.commands).map(({ source }) => source);
    await this.device.pipelines.prepare(sources, this.device.shared.layout);
  }

  /**
   * Runs on the buffers of the inputs; `donated` says which of them the plan may take over. Returns the buffers of the
   * outputs. `parameters` are the numbers of this run, from word 4 of the block on.
   */
  run(inputs: readonly Storage[], donated: readonly boolean[], parameters: Uint32Array): Storage[] {
    this.device.check();
    const { slots, inputs: inputSlots, outputs } = this.schedule;
    const buffers = new Map<number, Storage | GPUBuffer>();
    inputSlots.forEach((slot, at) => buffers.set(slot, donated[at] ? this.#owned(inputs[at]) : inputs[at]));
    slots.forEach(({ role, bytes, purpose }, slot) => {
      if (role === "returned") buffers.set(slot, this.device.pool.store(bytes, purpose));
      if (role === "kept") buffers.set(slot, this.#keep(slot, bytes, purpose));
    });
    this.#words.set(parameters, 4);
    this.#setStart(0);
    this.#encode(this.#bound(buffers));
    const results = outputs.map((slot) => (buffers.get(slot) as Storage).hold());
    inputSlots.forEach((slot, at) => donated[at] && (buffers.get(slot) as Storage).release());
    slots.forEach(({ role }, slot) => role === "returned" && (buffers.get(slot) as Storage).release());
    return results;
  }

  /** A donated buffer that other tensors read too is copied before it is overwritten. */
  #owned(storage: Storage): Storage {
    if (storage.exclusive) return storage;
    const copy = this.device.pool.store(storage.bytes, "donated");
    const encoder = this.device.gpu.createCommandEncoder();
    encoder.copyBufferToBuffer(storage.buffer, 0, copy.buffer, 0, storage.buffer.size);
    this.device.submit([encoder.finish()]);
    storage.release();
    return copy;
  }

  #keep(slot: number, bytes: number, purpose: string): GPUBuffer {
    const known = this.#kept.get(slot);
    if (known !== undefined) return known;
    const buffer = this.device.pool.take(bytes, purpose);
    this.#kept.set(slot, buffer);
    return buffer;
  }

  /** Writes the parameter block, with the index at which the coming iterations start. */
  #setStart(start: number): void {
    this.#words[0] = start;
    this.device.gpu.queue.writeBuffer(this.#block.parameters, 0, this.#words);
  }

  #bound(buffers: ReadonlyMap<number, Storage | GPUBuffer>): readonly Bound[] {
    const bufferOf = (slot: number) => {
      const place = buffers.get(slot)!;
      return "buffer" in place ? place.buffer : place;
    };
    const key = this.schedule.slots
      .map(({ role }, slot) => (role === "kept" ? "" : identity(bufferOf(slot))))
      .join(" ");
    const known = this.#sets.get(key);
    this.#sets.delete(key);
    const set = known ?? this.#bind(this.schedule.commands, bufferOf, new Map());
    this.#sets.set(key, set);
    if (this.#sets.size > MOST_SETS) this.#sets.delete(this.#sets.keys().next().value!);
    return set;
  }

  #bind(
    commands: readonly Command[],
    bufferOf: (slot: number) => GPUBuffer,
    swapped: ReadonlyMap<Carry, boolean>,
  ): Bound[] {
    const at = (ref: SlotRef) => bufferOf(typeof ref === "number" ? ref : sideOf(ref, swapped));
    return commands.map((command): Bound => {
      if (command.kind === "copy")
        return { kind: "copy", from: at(command.from), to: at(command.to), bytes: command.bytes };
      if (command.kind === "loop") {
        const { count, carries, body } = command;
        const turned = (odd: boolean) => new Map([...swapped, ...carries.map((carry) => [carry, odd] as const)]);
        return {
          kind: "loop",
          count,
          even: this.#bind(body, bufferOf, turned(false)),
          odd: this.#bind(body, bufferOf, turned(true)),
        };
      }
      const { pipeline, layout } = this.#kernel(command);
      const group = this.device.gpu.createBindGroup({
        layout,
        entries: command.source.bindings.map(({ binding }, index) => ({
          binding,
          resource: { buffer: at(command.slots[index]) },
        })),
      });
      return { kind: "dispatch", pipeline, group, groups: command.groups };
    });
  }

  #kernel(dispatch: Dispatch): Kernel {
    let kernel = this.#kernels.get(dispatch);
    if (kernel === undefined) {
      kernel = this.device.pipelines.get(dispatch.source, this.device.shared.layout);
      this.#kernels.set(dispatch, kernel);
    }
    return kernel;
  }

  #encode(commands: readonly Bound[]): void {
    const recorder = new Recorder(this.device, this.#block.group, (start) => this.#setStart(start));
    recorder.record(commands, 0);
    recorder.flush();
  }

  /** Gives the buffers that the plan keeps back to the pool. */
  dispose(): void {
    for (const buffer of this.#kept.values()) this.device.pool.give(buffer);
    this.#kept.clear();
    this.#sets.clear();
    this.#block.parameters.destroy();
  }
}

/** Encodes commands into compute passes, and submits now and then. */
class Recorder {
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #pipeline: GPUComputePipeline | null = null;
  #dispatches = 0;
  #start = 0;
  #offset = -1;

  constructor(
    readonly device: Device,
    readonly shared: GPUBindGroup,
    readonly setStart: (start: number) => void,
  ) {}

  /** Records commands as part of iteration `index` of the innermost loop. */
  record(commands: readonly Bound[], index: number): void {
    for (const command of commands) {
      if (command.kind === "dispatch") this.#dispatch(command, index);
      else if (command.kind === "copy") this.#copy(command);
      else for (let i = 0; i < command.count; i++) this.record(i % 2 === 0 ? command.even : command.odd, i);
    }
  }

  #dispatch({ pipeline, group, groups }: Extract<Bound, { kind: "dispatch" }>, index: number): void {
    const start = index - (index % STRETCH);
    if (start !== this.#start) {
      this.flush();
      this.setStart(start);
      this.#start = start;
    }
    if (this.#pass === null) {
      this.#encoder ??= this.device.gpu.createCommandEncoder();
      this.#pass = this.#encoder.beginComputePass();
      this.#pipeline = null;
      this.#offset = -1;
    }
    const offset = (index - start) * INDEX_STRIDE;
    if (offset !== this.#offset) this.#pass.setBindGroup(1, this.shared, [offset]);
    if (pipeline !== this.#pipeline) this.#pass.setPipeline(pipeline);
    this.#offset = offset;
    this.#pipeline = pipeline;
    this.#pass.setBindGroup(0, group);
    this.#pass.dispatchWorkgroups(...groups);
    if (++this.#dispatches >= PER_SUBMIT) this.flush();
  }

  #copy({ from, to, bytes }: Extract<Bound, { kind: "copy" }>): void {
    this.#pass?.end();
    this.#pass = null;
    this.#encoder ??= this.device.gpu.createCommandEncoder();
    if (from !== to && bytes > 0) this.#encoder.copyBufferToBuffer(from, 0, to, 0, bytes);
  }

  flush(): void {
    this.#pass?.end();
    if (this.#encoder !== null) this.device.submit([this.#encoder.finish()]);
    this.#pass = null;
    this.#encoder = null;
    this.#dispatches = 0;
  }
}

function sideOf({ carry, side }: Exclude<SlotRef, number>, swapped: ReadonlyMap<Carry, boolean>): number {
  if (carry.back === null) return carry.front;
  return (side === "front") !== swapped.get(carry)! ? carry.front : carry.back;
}

const dispatchesOf = (commands: readonly Command[]): Dispatch[] =>
  commands.flatMap((command) =>
    command.kind === "dispatch" ? [command] : command.kind === "loop" ? dispatchesOf(command.body) : [],
  );

const identities = new WeakMap<GPUBuffer, number>();
let numbered = 0;

/** A number for a buffer, which has none of its own. */
function identity(buffer: GPUBuffer): number {
  const known = identities.get(buffer) ?? numbered++;
  identities.set(buffer, known);
  return known;
}
