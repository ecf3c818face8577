/** A plan: a program scheduled once and replayed with other buffers and numbers. */

import type { BoundDispatch } from "../device/commands.ts";
import type { Device } from "../device/device.ts";
import { numberOf } from "../device/pool.ts";
import type { Kernel, KernelSource } from "../device/pipelines.ts";
import {
  FIRST_ARGUMENT,
  INDEX_STRIDE,
  PARAMETER_WORDS,
  PLACES,
  STRETCH,
  type Block,
} from "../device/sharedBindings.ts";
import type { Storage } from "../device/storage.ts";
import { explain } from "./explain.ts";
import { profile, type Profile, type ProfileOptions } from "./profile.ts";
import type { Carry, Command, Dispatch, Schedule, SlotRef } from "./schedule.ts";

/** Sets of bind groups kept, one for each combination of buffers met lately. */
const MOST_SETS = 16;

/** A command with its buffers bound. */
type Bound =
  | ({ kind: "dispatch" } & BoundDispatch)
  | { kind: "copy"; from: GPUBuffer; to: GPUBuffer; bytes: number }
  /** The body for even and for odd iterations. */
  | { kind: "loop"; count: number; even: readonly Bound[]; odd: readonly Bound[] };

export class Plan {
  readonly #kernels = new Map<Dispatch, Kernel>();
  readonly #kept = new Map<number, GPUBuffer>();
  readonly #sets = new Map<string, readonly Bound[]>();
  readonly #words = new Uint32Array(PARAMETER_WORDS);
  /** What the present place of the block holds: zeros, as every new buffer does. */
  readonly #written = new Uint32Array(PARAMETER_WORDS);
  /** How many of the words this program has. */
  #used = 0;
  #place = 0;
  /** Places that dispatches which wait may read, the present one included. */
  #taken = 1;
  /** Submits there had been when this plan last recorded a dispatch: while there are no more, that one waits. */
  #submits = -1;
  readonly #block: Block;

  constructor(
    readonly device: Device,
    readonly schedule: Schedule,
  ) {
    this.#block = device.shared.block(sourcesOf(schedule.commands));
  }

  /** What will run: totals, memory, every dispatch with its layer, shader, groups, work and buffers; with `wgsl`, the shaders too. */
  explain(options: { wgsl?: boolean } = {}): string {
    return explain(this.schedule, options);
  }

  /**
   * Measures what each dispatch takes, and a whole run. The buffers of the inputs are copied and nothing of the caller's changes.
   */
  async profile(inputs: readonly Storage[], parameters: Uint32Array, options?: ProfileOptions): Promise<Profile> {
    this.device.check();
    await this.prepare();
    const run = (copies: readonly Storage[]): Storage[] =>
      this.run(
        copies,
        copies.map(() => true),
        parameters,
      );
    return profile(this.device, this.schedule, inputs, parameters, run, options);
  }

  /** Compiles the shaders, in parallel and without blocking. Throws a ShaderError with file and line. */
  async prepare(): Promise<void> {
    await this.device.prepare(sourcesOf(this.schedule.commands));
  }

  /**
   * Runs on the buffers of the inputs; `donated` says which of them the plan may take over. Returns the buffers of the
   * outputs. `parameters` are the numbers of this run, as words.
   */
  run(inputs: readonly Storage[], donated: readonly boolean[], parameters: Uint32Array): Storage[] {
    this.device.check();
    const { slots, inputs: inputSlots, outputs } = this.schedule;
    const buffers = new Map<number, Storage | GPUBuffer>();
    // What can fail for want of memory comes first, and leaves nothing behind.
    const taken: Storage[] = [];
    try {
      slots.forEach(({ role, bytes, purpose }, slot) => {
        if (role === "kept") buffers.set(slot, this.#keep(slot, bytes, purpose));
        if (role === "returned") buffers.set(slot, taken[taken.push(this.device.pool.store(bytes, purpose)) - 1]);
      });
    } catch (error) {
      for (const storage of taken) storage.release();
      throw error;
    }
    inputSlots.forEach((slot, at) => buffers.set(slot, donated[at] ? this.#owned(inputs[at]) : inputs[at]));
    this.#words.set(parameters, FIRST_ARGUMENT);
    this.#used = FIRST_ARGUMENT + parameters.length;
    this.#write(0);
    this.#record(this.#bound(buffers), 0);
    const results = outputs.map((slot) => (buffers.get(slot) as Storage).hold());
    inputSlots.forEach((slot, at) => donated[at] && (buffers.get(slot) as Storage).release());
    slots.forEach(({ role }, slot) => role === "returned" && (buffers.get(slot) as Storage).release());
    return results;
  }

  /** A donated buffer that other tensors read too is copied before it is overwritten. */
  #owned(storage: Storage): Storage {
    if (storage.exclusive) return storage;
    const copy = this.device.pool.store(storage.bytes, "donated");
    this.device.commands.copy(storage.buffer, copy.buffer, storage.buffer.size);
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

  /** Brings the numbers up to date, with the index at which the coming iterations start. */
  #write(start: number): void {
    this.#words[0] = start;
    if (this.#upToDate()) return;
    this.#freePlace();
    this.device.gpu.queue.writeBuffer(this.#block.parameters, this.#place * PARAMETER_WORDS * 4, this.#words);
    this.#written.set(this.#words);
  }

  /** Goes to a place that no dispatch reads which waits: what is written there comes before all of them. */
  #freePlace(): void {
    if (this.#taken === PLACES) this.#flushOwn();
    if (this.#waits()) {
      this.#taken++;
      this.#place = (this.#place + 1) % PLACES;
    } else this.#taken = 1;
  }

  /** Whether the present place holds the words already; a plain loop, since it runs at every call. */
  #upToDate(): boolean {
    for (let at = 0; at < this.#used; at++) if (this.#words[at] !== this.#written[at]) return false;
    return true;
  }

  /** Whether a dispatch of this plan is not submitted yet. */
  #waits(): boolean {
    return this.#submits === this.device.commands.submits;
  }

  /** Submits the dispatches of this plan that wait, since they need the block as it is. */
  #flushOwn(): void {
    if (this.#waits()) this.device.commands.flush();
  }

  #bound(buffers: ReadonlyMap<number, Storage | GPUBuffer>): readonly Bound[] {
    const bufferOf = (slot: number) => {
      const place = buffers.get(slot)!;
      return "buffer" in place ? place.buffer : place;
    };
    const key = this.schedule.slots
      .map(({ role }, slot) => (role === "kept" ? "" : numberOf(bufferOf(slot))))
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
        const even = this.#bind(body, bufferOf, turned(false));
        const swaps = carries.some(({ back }) => back !== null);
        return { kind: "loop", count, even, odd: swaps ? this.#bind(body, bufferOf, turned(true)) : even };
      }
      const kernel = this.#kernel(command);
      const group = this.#block.bind(kernel, command.source, (index) => at(command.slots[index]));
      return {
        kind: "dispatch",
        pipeline: kernel.pipeline,
        group,
        groups: command.groups,
        reads: kernel.reads,
        work: operationsOf(command),
      };
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

  /** Records commands as part of iteration `index` of the innermost loop. */
  #record(list: readonly Bound[], index: number): void {
    const { commands } = this.device;
    const start = index - (index % STRETCH);
    for (const command of list) {
      if (command.kind === "loop")
        for (let i = 0; i < command.count; i++) this.#record(i % 2 === 0 ? command.even : command.odd, i);
      else if (command.kind === "copy") commands.copy(command.from, command.to, command.bytes);
      else {
        if (start !== this.#words[0] && command.reads === "index") this.#write(start);
        this.#submits = commands.submits;
        commands.dispatch(command, this.#block.group(this.#place), (index - start) * INDEX_STRIDE);
      }
    }
  }

  /** Gives the buffers that the plan keeps back to the pool. */
  dispose(): void {
    for (const buffer of this.#kept.values()) this.device.pool.give(buffer);
    this.#kept.clear();
    this.#sets.clear();
    this.#flushOwn();
    this.#block.parameters.destroy();
  }
}

function sideOf({ carry, side }: Exclude<SlotRef, number>, swapped: ReadonlyMap<Carry, boolean>): number {
  if (carry.back === null) return carry.front;
  return (side === "front") !== swapped.get(carry)! ? carry.front : carry.back;
}

/** What the slowest GPUs compute while they move a byte. */
const PER_BYTE = 10;

/** About what a dispatch takes, in operations. */
const operationsOf = ({ flops, read, written }: Dispatch): number => flops + PER_BYTE * (read + written);

const sourcesOf = (commands: readonly Command[]): KernelSource[] =>
  commands.flatMap((command) =>
    command.kind === "dispatch" ? [command.source] : command.kind === "loop" ? sourcesOf(command.body) : [],
  );
