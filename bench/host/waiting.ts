/**
 * What waiting for the device takes, `npm run bench:waiting`: seconds of matrix products, and a read-back of four bytes, waited for
 * politely and as Dawn waits by itself. The time of the main thread is the kernel's count, so this is for Linux.
 */

import { readFileSync } from "node:fs";
import { settle } from "#platform";
import type { Ending } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { compile, dispose, key, loop, matmul, normal, openDevice, scope, type Tensor } from "../../engine/index.ts";
import { BufferUsage, MapMode } from "../../engine/platform/flags.ts";
import { median } from "../measure.ts";
import { runProgram, tell } from "../program.ts";

const ROUNDS = 5;
const READS = 100;

/** The ways of waiting, by name. */
const ways = { politely: true, "as Dawn does": false };

async function waiting(): Promise<Ending> {
  await launch();
  const { gpu, commands, adapter } = await openDevice();
  tell(`${adapter.name} (${adapter.source}), ${adapter.host}`);
  const x = scope(() => normal(key(1), [512, 512]).mul(0.04));
  const program = compile((start: Tensor, w: Tensor) => loop(40, (_i, y) => matmul(y, w), start));
  await program.prepare(x, x);
  const finished = (polite: boolean) => {
    commands.flush();
    return settle(gpu.queue.onSubmittedWorkDone(), polite);
  };
  const read = async (polite: boolean) => {
    const staging = gpu.createBuffer({ size: 4, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
    commands.copy(x.storage!.buffer, staging, 4);
    commands.flush();
    await settle(staging.mapAsync(MapMode.READ), polite);
    staging.destroy();
  };
  // The driver compiles a shader when it first runs.
  dispose(program(x, x));
  await finished(true);
  const taken = Object.entries(ways).map(([way, polite]) => ({
    way,
    polite,
    work: [] as Wait[],
    reads: [] as number[],
  }));
  for (let round = 0; round < ROUNDS; round++)
    for (const { polite, work, reads } of taken) {
      dispose(program(x, x));
      work.push(await timed(() => finished(polite)));
      for (let i = 0; i < READS; i++) reads.push((await timed(() => read(polite))).wall);
    }
  for (const { way, work, reads } of taken) {
    const [wall, main] = [median(work.map((one) => one.wall)), median(work.map((one) => one.main))];
    const share = `${Math.round(wall)} ms, the main thread at work for ${Math.round((100 * main) / wall)} % of them`;
    tell(`${way}: products ${share}; a read-back ${Math.round(1000 * median(reads))} µs`);
  }
  return "ok";
}

/** Milliseconds on the clock, and those of the main thread's processor time. */
interface Wait {
  wall: number;
  main: number;
}

async function timed(wait: () => Promise<unknown>): Promise<Wait> {
  const [start, before] = [performance.now(), mainThread()];
  await wait();
  return { wall: performance.now() - start, main: mainThread() - before };
}

/** Processor time of the main thread so far, in milliseconds: the kernel counts nanoseconds. */
const mainThread = (): number =>
  Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ")[0]) / 1e6;

await runProgram("bench:waiting", waiting);
