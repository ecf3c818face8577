/**
 * Compiling from both ends. llvmpipe compiles a shader when it first runs, in a thread of its device, one after the other, and keeps the
 * machine code on disk. So a second process (secondProcess.ts) begins with the last kernel while this one is at the first, and
 * what it has compiled by the time this one gets there is only read. A second device would do, but for Mesa, which crashes when a process
 * ends while one of its threads compiles.
 */

import { delegate, settle } from "#platform";
import { BufferUsage } from "../platform/flags.ts";
import type { Device } from "./device.ts";
import type { KernelSource } from "./pipelines.ts";

/** So many kernels are worth a second process, which takes as long to start as two of them to compile. */
const MANY = 8;

/** A first run that takes longer, in milliseconds, has compiled the shader, the least of which takes 10: to read it takes one or two. */
const FROM_DISK = 7;

/** What tells time, how to wait for the driver, and who is given kernels: tests have their own. */
interface Means {
  /** Milliseconds. */
  now(this: void): number;
  finished(this: void, device: Device): Promise<unknown>;
  give(this: void, kernels: readonly KernelSource[]): void;
}

const world: Means = {
  now: () => performance.now(),
  // Not idle(), which would throw errors of others, and whoever throws one has it no more.
  finished: ({ gpu, adapter }) => settle(gpu.queue.onSubmittedWorkDone(), adapter.software),
  give: delegate,
};

/**
 * Compiles the last of these kernels, and gives those before it to a second process, unless it shows that the driver knows them. Throws a
 * ShaderError.
 */
export async function compileAhead(device: Device, kernels: readonly KernelSource[], means = world): Promise<void> {
  const [last, ...others] = [...kernels].reverse();
  if (others.length >= MANY && !(await isOnDisk(device, last, means))) means.give(others);
}

/**
 * Has the driver compile a kernel to the end, by one workgroup on buffers of nothing. Whether it had nothing to do, but to read it. Throws a
 * ShaderError.
 */
export async function isOnDisk(device: Device, source: KernelSource, { now, finished } = world): Promise<boolean> {
  const { gpu, pipelines, shared } = device;
  await settle(pipelines.prepare([source], shared.layout), device.adapter.software);
  const kernel = pipelines.get(source, shared.layout);
  const block = shared.block([source]);
  const buffers = source.bindings.map(() => gpu.createBuffer({ size: 16, usage: BufferUsage.STORAGE }));
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(kernel.pipeline);
  pass.setBindGroup(
    0,
    block.bind(kernel, source, (at) => buffers[at]),
  );
  pass.setBindGroup(1, block.group(0), [0]);
  pass.dispatchWorkgroups(1);
  pass.end();
  const start = now();
  gpu.queue.submit([encoder.finish()]);
  await finished(device);
  const took = now() - start;
  for (const buffer of [block.parameters, ...buffers]) buffer.destroy();
  return took < FROM_DISK;
}
