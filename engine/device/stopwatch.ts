/** How long work takes on the GPU: by its own timestamps where the adapter has them, else by the host's clock. */

import { BufferUsage } from "../platform/flags.ts";
import type { Device } from "./device.ts";

export interface Stopwatch {
  /** Which clock it is and how finely it ticks, in words. */
  readonly about: string;
  /** The least difference it can tell, in microseconds; work should take many of them. */
  readonly step: number;
  /** Does the work that is recorded, alone, and says how long it took, in microseconds. */
  time(record: (pass: GPUComputePassEncoder) => void): Promise<number>;
  dispose(): void;
}

export type Clock = "gpu" | "wall";

/** Looks at the clock before it is used, to learn how finely it ticks. */
const LOOKS = 8;

/**
 * A stopwatch by GPU timestamps, or by the host's clock if those are not wanted or the adapter has none; `about` says which
 * and why.
 */
export async function openStopwatch(device: Device, clock: Clock = "gpu"): Promise<Stopwatch> {
  const able = device.gpu.features.has("timestamp-query");
  if (clock === "gpu" && able) return gpuStopwatch(device);
  return wallStopwatch(device, able ? "" : ", since this adapter has no timestamp-query");
}

/** Timestamps stand around a pass, so what is timed together shares one and nothing else is in it. */
async function gpuStopwatch(device: Device): Promise<Stopwatch> {
  const { gpu } = device;
  const querySet = gpu.createQuerySet({ type: "timestamp", count: 2 });
  const size = 16;
  const resolved = gpu.createBuffer({ size, usage: BufferUsage.QUERY_RESOLVE | BufferUsage.COPY_SRC });
  const timestamps = async (record: (pass: GPUComputePassEncoder) => void): Promise<[bigint, bigint]> => {
    device.commands.flush();
    const encoder = gpu.createCommandEncoder();
    const pass = encoder.beginComputePass({
      timestampWrites: { querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
    });
    record(pass);
    pass.end();
    encoder.resolveQuerySet(querySet, 0, 2, resolved, 0);
    gpu.queue.submit([encoder.finish()]);
    const [begun, ended] = new BigUint64Array(await device.download(resolved, size));
    return [begun, ended];
  };
  // Against timing attacks Dawn rounds timestamps to 65 536 ns unless told otherwise, browsers to about 100 µs: what
  // divides every reading is the step of the clock.
  let divisor = 0n;
  for (let look = 0; look < LOOKS; look++) {
    for (const reading of await timestamps(() => undefined)) divisor = commonDivisor(divisor, reading);
  }
  const step = Math.max(Number(divisor), 1) / 1000;
  return {
    about: `GPU timestamps in steps of ${step < 1 ? "less than a microsecond" : `${Number(step.toPrecision(3))} µs`}`,
    step,
    async time(record) {
      const [begun, ended] = await timestamps(record);
      return Math.max(0, Number(ended - begun)) / 1000;
    },
    dispose() {
      querySet.destroy();
      resolved.destroy();
    },
  };
}

const commonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : commonDivisor(b, a % b));

/** What a wait for nothing takes is subtracted; how much that varies is the step of this clock. */
async function wallStopwatch(device: Device, why: string): Promise<Stopwatch> {
  const elapsed = async (record: (pass: GPUComputePassEncoder) => void): Promise<number> => {
    await device.idle();
    const begun = performance.now();
    const encoder = device.gpu.createCommandEncoder();
    const pass = encoder.beginComputePass();
    record(pass);
    pass.end();
    device.gpu.queue.submit([encoder.finish()]);
    await device.idle();
    return 1000 * (performance.now() - begun);
  };
  const waits: number[] = [];
  for (let look = 0; look < LOOKS; look++) waits.push(await elapsed(() => undefined));
  waits.sort((a, b) => a - b);
  const least = waits[0];
  const step = Math.max(waits[LOOKS / 2] - least, 10);
  return {
    about: `the host's clock, good to about ${Number(step.toPrecision(2))} µs${why}`,
    step,
    time: async (record) => Math.max(0, (await elapsed(record)) - least),
    dispose: () => undefined,
  };
}
