/** What each dispatch of a plan takes, measured on buffers of its own. */

import { showMicroseconds } from "../amounts.ts";
import type { Device } from "../device/device.ts";
import type { Choice } from "../form.ts";
import { FIRST_ARGUMENT, PARAMETER_WORDS, type Block } from "../device/sharedBindings.ts";
import type { Kernel } from "../device/pipelines.ts";
import { openStopwatch, type Clock, type Stopwatch } from "../device/stopwatch.ts";
import type { Storage } from "../device/storage.ts";
import type { Command, Dispatch, Schedule, SlotRef } from "./schedule.ts";

/** One dispatch of the plan. */
export interface ProfileRow {
  /** Its place among the dispatches of the plan. */
  dispatch: number;
  /** What it computes, by layer: `0.conv2d → 1.leakyRelu`. */
  label: string;
  /** The file of its shader. */
  shader: string;
  /** How often a run does it: the product of the counts of the loops around it. */
  times: number;
  /** What it takes once. */
  microseconds: number;
  /** What its shader took to compile, in milliseconds: none where it is that of an earlier row, little where the driver knew it. */
  compilation: number;
  /** The form of its kernel, where that has several. */
  choice: Choice | null;
  /** Its part of the whole run, 0 … 1. */
  share: number;
  "GFLOP/s": number;
  "GB/s": number;
}

export interface Profile {
  rows: readonly ProfileRow[];
  /** The sum over a whole run. Copies, and what the host needs to record and submit, are not in it. */
  microseconds: number;
  /**
   * What a whole run takes by the host's clock, from the call until the device is idle, with all that is not in the sum; the sum itself where
   * that is a second or more, of which the rest is a small part.
   */
  run: number;
  /** Which clock it was, and how finely it ticks. */
  clock: string;
  /** The rows as a table, dearest first. */
  toString(): string;
}

export interface ProfileOptions {
  /** `gpu`: timestamps where the adapter has them, else as `wall`: the host's clock, with a wait after each measurement. */
  clock?: Clock;
}

/** A measurement lasts this many steps of the clock, so that the step is at most 2 % of it. */
const STEPS = 50;

/** Whole runs that are measured, of which the least counts: whatever else the machine does only adds to it. */
const RUNS = 3;

/** Microseconds of a run that nobody should wait for. */
const LONG = 1e6;

/** Repetitions in one measurement, at most. */
const MOST_REPEATS = 8192;

/** Repetitions during which every clock moves, unless it stands still, as that of the null back end does. */
const SURELY_SEEN = 1024;

/**
 * Times every dispatch of a schedule. Whatever it writes are buffers of its own: arguments are copied, so nothing that the
 * caller holds changes, donated or not. That takes as much memory as a run and all its arguments once more. Equal kernels on
 * equal grids are measured once. A dispatch that works in place is repeated on its own results, whose values do not matter. `run` starts a
 * whole run that may overwrite its inputs, and gives them up.
 */
export async function profile(
  device: Device,
  schedule: Schedule,
  inputs: readonly Storage[],
  parameters: Uint32Array,
  run: (inputs: readonly Storage[]) => Storage[],
  options: ProfileOptions = {},
): Promise<Profile> {
  const buffers: GPUBuffer[] = [];
  const dispatches = unrolled(schedule.commands, 1);
  const block = device.shared.block(dispatches.map(({ dispatch }) => dispatch.source));
  const watch = await openStopwatch(device, options.clock);
  try {
    for (const { bytes, purpose } of schedule.slots) buffers.push(device.pool.take(bytes, purpose));
    schedule.inputs.forEach((slot, at) => device.commands.copy(inputs[at].buffer, buffers[slot], inputs[at].bytes));
    const words = new Uint32Array(PARAMETER_WORDS);
    words.set(parameters, FIRST_ARGUMENT);
    device.gpu.queue.writeBuffer(block.parameters, 0, words);

    const known = new Map<string, Measured>();
    const compiled = new Set<Kernel>();
    const rows: Omit<ProfileRow, "share">[] = [];
    for (const { dispatch, times } of dispatches) {
      const { source, groups, choice, name, flops, read, written } = dispatch;
      const key = JSON.stringify([source.wgsl, source.entry, source.overrides, source.sizes, groups]);
      const taken = known.get(key) ?? (await measured(watch, bound(device, dispatch, buffers, block), compiled));
      known.set(key, { ...taken, compilation: 0 });
      const { microseconds } = taken;
      const rate = (amount: number) => (microseconds === 0 ? 0 : amount / microseconds / 1000);
      const rates = { "GFLOP/s": rate(flops), "GB/s": rate(read + written) };
      rows.push({
        dispatch: rows.length,
        label: name,
        shader: `shaders/${source.file}.wgsl`,
        times,
        choice,
        ...taken,
        ...rates,
      });
    }
    const sum = rows.reduce((total, { times, microseconds }) => total + times * microseconds, 0);
    const whole = sum < LONG ? await wholeRun(device, inputs, run) : sum;
    return withShares(rows, sum, whole, watch.about);
  } finally {
    device.commands.flush();
    for (const buffer of buffers) device.pool.give(buffer);
    block.parameters.destroy();
    watch.dispose();
  }
}

/** What a run on copies of the inputs takes, in microseconds. */
async function wholeRun(
  device: Device,
  inputs: readonly Storage[],
  run: (inputs: readonly Storage[]) => Storage[],
): Promise<number> {
  let least = Infinity;
  for (let round = 0; round < RUNS; round++) {
    const copies = inputs.map(({ buffer, bytes }) => {
      const copy = device.pool.store(bytes, "profile");
      device.commands.copy(buffer, copy.buffer, buffer.size);
      return copy;
    });
    await device.idle();
    const begun = performance.now();
    const results = run(copies);
    await device.idle();
    least = Math.min(least, 1000 * (performance.now() - begun));
    for (const result of results) result.release();
  }
  return least;
}

/** Every dispatch, and how often it runs. */
const unrolled = (commands: readonly Command[], times: number): { dispatch: Dispatch; times: number }[] =>
  commands.flatMap((command) => {
    if (command.kind === "loop") return unrolled(command.body, times * command.count);
    return command.kind === "dispatch" ? [{ dispatch: command, times }] : [];
  });

/** A function that records one execution of a dispatch, in the first iteration of every loop around it. */
function bound(
  device: Device,
  { source, slots, groups }: Dispatch,
  buffers: readonly GPUBuffer[],
  block: Block,
): { kernel: Kernel; prepare: (pass: GPUComputePassEncoder) => void; execute: (pass: GPUComputePassEncoder) => void } {
  const kernel = device.pipelines.get(source, device.shared.layout);
  const placeOf = (ref: SlotRef): number =>
    typeof ref === "number" ? ref : ref.side === "front" ? ref.carry.front : (ref.carry.back ?? ref.carry.front);
  const group = block.bind(kernel, source, (at) => buffers[placeOf(slots[at])]);
  return {
    kernel,
    prepare(pass) {
      pass.setPipeline(kernel.pipeline);
      pass.setBindGroup(0, group);
      pass.setBindGroup(1, block.group(0), [0]);
    },
    execute: (pass) => pass.dispatchWorkgroups(...groups),
  };
}

type Measured = Pick<ProfileRow, "microseconds" | "compilation">;

/** What one execution takes, repeated until the clock's step hardly matters, and what compiling its shader took, unless it is among `compiled`. */
async function measured(
  watch: Stopwatch,
  { kernel, prepare, execute }: ReturnType<typeof bound>,
  compiled: Set<Kernel>,
): Promise<Measured> {
  const repeated = (count: number) =>
    watch.time((pass) => {
      prepare(pass);
      for (let i = 0; i < count; i++) execute(pass);
    });
  // The first one compiles what the driver puts off until then, and fills caches.
  const start = performance.now();
  await repeated(1);
  const first = performance.now() - start;
  const enough = STEPS * watch.step;
  for (let count = 1; ;) {
    const took = await repeated(count);
    const still = took === 0 && count >= SURELY_SEEN;
    if (took >= enough || count >= MOST_REPEATS || still) {
      const late = Math.max(0, first - took / count / 1000);
      const compilation = compiled.has(kernel) ? 0 : kernel.created + late;
      compiled.add(kernel);
      return { microseconds: took / count, compilation };
    }
    const needed = took === 0 ? 32 * count : Math.ceil((1.2 * count * enough) / took);
    count = Math.min(MOST_REPEATS, Math.max(2 * count, needed));
  }
}

function withShares(rows: readonly Omit<ProfileRow, "share">[], total: number, run: number, clock: string): Profile {
  const complete = rows.map((row) => ({ ...row, share: total === 0 ? 0 : (row.times * row.microseconds) / total }));
  return { rows: complete, microseconds: total, run, clock, toString: () => table(complete, total, run, clock) };
}

function table(rows: readonly ProfileRow[], total: number, run: number, clock: string): string {
  const head = ["#", "dispatch", "shader", "times", "each", "share", "GFLOP/s", "GB/s"];
  const cells = [...rows]
    .sort((a, b) => b.share - a.share)
    .map((row) => [
      String(row.dispatch),
      row.label,
      row.shader,
      String(row.times),
      showMicroseconds(row.microseconds),
      `${(100 * row.share).toFixed(1)} %`,
      row["GFLOP/s"].toFixed(2),
      row["GB/s"].toFixed(2),
    ]);
  const widths = head.map((title, column) =>
    Math.max(...[head, ...cells].map((row) => row[column].length), title.length),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (at === 1 || at === 2 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join("  ");
  const title = `${showMicroseconds(run)} a run, ${showMicroseconds(total)} its dispatches by themselves, by ${clock}`;
  return [title, line(head), ...cells.map(line)].join("\n");
}
