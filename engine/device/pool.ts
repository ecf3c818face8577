/** Buffers in use and in stock. A buffer given back serves later commands at once; it is destroyed only when idle. */

import { OutOfMemoryError } from "../errors.ts";
import { BufferUsage } from "../platform/flags.ts";
import { Storage } from "./storage.ts";

export interface MemoryReport {
  /** Buffers that tensors or plans hold, and their bytes. */
  live: number;
  liveBytes: number;
  /** Buffers waiting for a new user, and their bytes. */
  stocked: number;
  stockedBytes: number;
  peakBytes: number;
}

/** Bytes are rounded up to this, so that a few sizes serve all. What lies behind the last element is nobody's: kernels may write there. */
const GRAIN = 256;

const numbers = new WeakMap<GPUBuffer, number>();
let numbered = 0;

/** A number for a buffer, which has none of its own; higher ones for those met later. */
export function numberOf(buffer: GPUBuffer): number {
  const known = numbers.get(buffer) ?? numbered++;
  numbers.set(buffer, known);
  return known;
}

export class BufferPool {
  /** By size, the highest number first. */
  readonly #stock = new Map<number, GPUBuffer[]>();
  readonly #report: MemoryReport = { live: 0, liveBytes: 0, stocked: 0, stockedBytes: 0, peakBytes: 0 };

  constructor(readonly device: GPUDevice) {}

  /**
   * A buffer of at least `bytes`, with any content: of those in stock the one with the lowest number, so that a step which is done
   * again gets the buffers that it had, and plans their bind groups. Throws an OutOfMemoryError that names what it was for.
   */
  take(bytes: number, purpose: string): GPUBuffer {
    const size = Math.max(Math.ceil(bytes / GRAIN), 1) * GRAIN;
    const limit = Math.min(this.device.limits.maxStorageBufferBindingSize, this.device.limits.maxBufferSize);
    if (size > limit)
      throw new OutOfMemoryError(`${purpose}: needs a buffer of ${size} bytes, this adapter binds at most ${limit}`);
    const report = this.#report;
    report.live++;
    report.liveBytes += size;
    const buffer = this.#stock.get(size)?.pop();
    if (buffer !== undefined) {
      report.stocked--;
      report.stockedBytes -= size;
    }
    report.peakBytes = Math.max(report.peakBytes, report.liveBytes + report.stockedBytes);
    return (
      buffer ??
      this.device.createBuffer({
        label: purpose,
        size,
        usage: BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST,
      })
    );
  }

  /** Takes a buffer back. Commands already submitted may still use it; later ones are ordered behind them. */
  give(buffer: GPUBuffer): void {
    const list = this.#stock.get(buffer.size) ?? [];
    this.#stock.set(buffer.size, list);
    list.splice(placeIn(list, numberOf(buffer)), 0, buffer);
    this.#report.live--;
    this.#report.liveBytes -= buffer.size;
    this.#report.stocked++;
    this.#report.stockedBytes += buffer.size;
  }

  /** A buffer that a tensor will hold. */
  store(bytes: number, purpose: string): Storage {
    return new Storage(this.take(bytes, purpose), bytes, this);
  }

  report(): MemoryReport {
    return { ...this.#report };
  }

  /** Destroys the stock. Call only when no submitted command can still use it. */
  drain(): void {
    for (const buffers of this.#stock.values()) for (const buffer of buffers) buffer.destroy();
    this.#stock.clear();
    this.#report.stocked = 0;
    this.#report.stockedBytes = 0;
  }
}

/** Where a number belongs in a list that falls. */
function placeIn(list: readonly GPUBuffer[], number: number): number {
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (numberOf(list[middle]) > number) from = middle + 1;
    else to = middle;
  }
  return from;
}
