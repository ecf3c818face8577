/** Group 1, of kernels that read any of it: the block of parameters, the index of the iteration, and the table of normal numbers. */

import { BufferUsage, ShaderStage } from "../platform/flags.ts";
import { normalTable } from "../random/normalTable.ts";
import { SIZES_BINDING, type Kernel, type KernelSource } from "./pipelines.ts";

/** Words of the numbers of a run; the first holds the index at which the present stretch of iterations starts. */
export const PARAMETER_WORDS = 256;

/** Places of a block for the numbers of a run: runs with other numbers wait together in one submit, as many as there are places. */
export const PLACES = 8;

/** Where the arguments of a program begin among them. */
export const FIRST_ARGUMENT = 4;

/** Words of numbers that one program can be given. */
export const ARGUMENT_WORDS = PARAMETER_WORDS - FIRST_ARGUMENT;

/** Iterations that one stretch can index; a longer loop moves the start on. */
export const STRETCH = 1024;

/** Distance between two indices, WebGPU's alignment of dynamic offsets. */
export const INDEX_STRIDE = 256;

/** The numbers of a plan on the device. */
export interface Block {
  parameters: GPUBuffer;
  /** Group 1 of its dispatches, with the numbers of a place. */
  group(place: number): GPUBindGroup;
  /** Group 0 of a dispatch: its buffers in order, and the sizes that it is given. */
  bind(kernel: Kernel, source: KernelSource, bufferAt: (at: number) => GPUBuffer): GPUBindGroup;
}

export class SharedBindings {
  readonly layout: GPUBindGroupLayout;
  readonly #indices: GPUBuffer;
  readonly #table: GPUBuffer;

  constructor(readonly gpu: GPUDevice) {
    const uniform = (binding: number, hasDynamicOffset = false): GPUBindGroupLayoutEntry => ({
      binding,
      visibility: ShaderStage.COMPUTE,
      buffer: { type: "uniform", hasDynamicOffset },
    });
    this.layout = gpu.createBindGroupLayout({ label: "shared", entries: [uniform(0), uniform(1, true), uniform(2)] });
    const indices = new Uint32Array((STRETCH * INDEX_STRIDE) / 4);
    for (let i = 0; i < STRETCH; i++) indices[(i * INDEX_STRIDE) / 4] = i;
    this.#indices = this.#constant("iteration indices", indices);
    const table = new Int32Array(2016);
    table.set(normalTable);
    this.#table = this.#constant("normal table", table);
  }

  #constant(label: string, data: Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>): GPUBuffer {
    const buffer = this.gpu.createBuffer({
      label,
      size: data.byteLength,
      usage: BufferUsage.UNIFORM | BufferUsage.COPY_DST,
    });
    this.gpu.queue.writeBuffer(buffer, 0, data);
    return buffer;
  }

  /** A block with places for numbers, and behind them the sizes that these kernels are given. */
  block(sources: readonly KernelSource[]): Block {
    const room = PLACES * PARAMETER_WORDS;
    const offsets = new Map<string, number>();
    const sizes: number[] = [];
    for (const source of sources)
      if (source.sizes.length > 0 && !offsets.has(source.sizes.join())) {
        offsets.set(source.sizes.join(), (room + sizes.length) * 4);
        for (let at = 0; at < INDEX_STRIDE / 4; at++) sizes.push(source.sizes[at] ?? 0);
      }
    const parameters = this.gpu.createBuffer({
      label: "parameters",
      size: (room + sizes.length) * 4,
      usage: BufferUsage.UNIFORM | BufferUsage.COPY_DST,
    });
    if (sizes.length > 0) this.gpu.queue.writeBuffer(parameters, room * 4, Uint32Array.from(sizes));
    const groups: GPUBindGroup[] = [];
    const bytes = PARAMETER_WORDS * 4;
    const ofSizes = (own: readonly number[]): GPUBindGroupEntry => ({
      binding: SIZES_BINDING,
      resource: { buffer: parameters, offset: offsets.get(own.join())!, size: 16 * Math.ceil(own.length / 4) },
    });
    return {
      parameters,
      group: (place) =>
        (groups[place] ??= this.gpu.createBindGroup({
          layout: this.layout,
          entries: [
            { binding: 0, resource: { buffer: parameters, offset: place * bytes, size: bytes } },
            { binding: 1, resource: { buffer: this.#indices, size: 16 } },
            { binding: 2, resource: { buffer: this.#table } },
          ],
        })),
      bind: ({ layout }, source, bufferAt) =>
        this.gpu.createBindGroup({
          layout,
          entries: [
            ...source.bindings.map(({ binding }, at) => ({ binding, resource: { buffer: bufferAt(at) } })),
            ...(source.sizes.length > 0 ? [ofSizes(source.sizes)] : []),
          ],
        }),
    };
  }
}
