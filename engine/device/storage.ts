/** A buffer shared by the tensors that read it, given back to the pool when the last of them lets go. */

import type { BufferPool } from "./pool.ts";

let created = 0;

export class Storage {
  readonly id = created++;
  #holders = 1;

  constructor(
    readonly buffer: GPUBuffer,
    readonly bytes: number,
    readonly pool: BufferPool,
  ) {}

  hold(): this {
    this.#holders++;
    return this;
  }

  release(): void {
    if (--this.#holders === 0) this.pool.give(this.buffer);
  }

  /** True while a single tensor reads the buffer, so that it may be overwritten. */
  get exclusive(): boolean {
    return this.#holders === 1;
  }
}
