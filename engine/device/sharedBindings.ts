/** Group 1 of every kernel: the block of parameters, the index of the iteration, and the table of normal numbers. */

import { BufferUsage, ShaderStage } from "../platform/flags.ts";
import { normalTable } from "../random/normalTable.ts";

/** Words of the parameter block; the first holds the index at which the present stretch of iterations starts. */
export const PARAMETER_WORDS = 256;

/** Where the arguments of a program begin in the block. */
export const FIRST_ARGUMENT = 4;

/** Words of numbers that one program can be given. */
export const ARGUMENT_WORDS = PARAMETER_WORDS - FIRST_ARGUMENT;

/** Iterations that one stretch can index; a longer loop moves the start on. */
export const STRETCH = 1024;

/** Distance between two indices, WebGPU's alignment of dynamic offsets. */
export const INDEX_STRIDE = 256;

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

  /** A parameter block and the group that binds it. */
  block(): { parameters: GPUBuffer; group: GPUBindGroup } {
    const parameters = this.gpu.createBuffer({
      label: "parameters",
      size: PARAMETER_WORDS * 4,
      usage: BufferUsage.UNIFORM | BufferUsage.COPY_DST,
    });
    const group = this.gpu.createBindGroup({
      layout: this.layout,
      entries: [
        { binding: 0, resource: { buffer: parameters } },
        { binding: 1, resource: { buffer: this.#indices, size: 16 } },
        { binding: 2, resource: { buffer: this.#table } },
      ],
    });
    return { parameters, group };
  }
}
