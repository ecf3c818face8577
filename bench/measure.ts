/** Measures cases in rounds, each case once per round, so that what else the machine does falls on all of them. */

import { Bench, type FnReturnedObject } from "tinybench";
import type { Device } from "../engine/index.ts";
import type { Case, Work } from "./case.ts";

/** The times of one case, in milliseconds per unit. */
export interface Measurement {
  case: Case;
  work: Work;
  /** Wall time until the device is idle again. */
  median: number;
  best: number;
  /** Processor time of this process, all threads: on a software adapter that includes its kernels. */
  cpu: number;
  samples: number;
}

/** Rounds, and the least time in milliseconds that a case gets in each. */
export interface Effort {
  rounds: number;
  time: number;
}

/** Opens cases on a device, runs each once unmeasured, then measures them; `onRound` hears of every round that begins. */
export async function measure(
  device: Device,
  cases: readonly Case[],
  { rounds, time }: Effort,
  onRound: (round: number) => void,
): Promise<Measurement[]> {
  const bench = new Bench({ time, iterations: 1, warmup: false, retainSamples: true, throws: true });
  const measured: { entry: Case; work: Work; wall: number[]; cpu: number[] }[] = [];
  for (const entry of cases) {
    const work = await entry.open(device);
    const cpu: number[] = [];
    measured.push({ entry, work, wall: [], cpu });
    work.run();
    await device.idle();
    bench.add(
      entry.name,
      async (): Promise<FnReturnedObject> => {
        const [wallBefore, cpuBefore] = [performance.now(), process.cpuUsage()];
        work.run();
        await device.idle();
        const elapsed = performance.now() - wallBefore;
        const { user, system } = process.cpuUsage(cpuBefore);
        cpu.push((user + system) / 1000 / work.units);
        return { overriddenDuration: elapsed / work.units, overriddenIterationCost: elapsed };
      },
      { async: true },
    );
  }
  for (let round = 1; round <= rounds; round++) {
    onRound(round);
    bench.reset();
    await bench.run();
    for (const { entry, wall } of measured) wall.push(...samplesOf(bench, entry.name));
  }
  return measured.map(({ entry, work, wall, cpu }) => {
    work.dispose();
    return { case: entry, work, median: median(wall), best: Math.min(...wall), cpu: median(cpu), samples: wall.length };
  });
}

function samplesOf(bench: Bench, name: string): readonly number[] {
  const result = bench.getTask(name)!.result;
  if (result.state !== "completed") throw new Error(`${name}: was not measured, its state is "${result.state}"`);
  return result.latency.samples!;
}

/** The middle one of some numbers, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}
