/**
 * Real updates of a recipe of JEM on real photographs, and the same work in PyTorch by `jemSteps.py`, in turns: what each takes, and how
 * much memory. `node dist/bench/ebm/jemSteps.js RECIPE BATCH UPDATES`, from the root of the repository, prints a line of JSON; `$EBM_PYTHON`,
 * or `python3`, is the Python that has PyTorch.
 */

import { spawn } from "node:child_process";
import { loadavg } from "node:os";
import { createInterface } from "node:readline";
import { imageContext } from "../../cli/datasets/images.ts";
import { Failure, type Ending } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { openDevice } from "../../engine/index.ts";
import { recipes, systems } from "../../ebm/index.ts";
import { changed } from "../../ebm/recipes/recipe.ts";
import type { JemSettings } from "../../ebm/systems/jem.ts";
import { adapterFacts } from "../print.ts";
import { runProgram, tell } from "../program.ts";

/** What an update took on the clock and of all processors, in seconds. */
interface Taken {
  seconds: number;
  processor: number;
}

async function steps([recipe, ...numbers]: readonly string[]): Promise<Ending> {
  const [batch, updates] = numbers.map(Number);
  if (!(recipe in recipes) || recipes[recipe].system !== "jem" || !(batch > 0) || !(updates > 0))
    throw new Failure("usage", "jemSteps RECIPE BATCH UPDATES, such as jem/cifar10-small 2 3");
  await launch();
  const device = await openDevice();
  const settings = changed(recipes[recipe].settings as unknown as JemSettings, { batch, log: { heldOut: 1 } });
  const context = imageContext({ data: null, env: process.env, cwd: process.cwd(), tell });
  const training = await systems.jem.open(settings, context);
  const { update } = await training.explain();
  const walked = settings.objective.x > 0 ? settings.sampler.steps : 0;
  const torch = await openTorch(walked, batch);

  const taken: { ours: Taken; torch: Taken }[] = [];
  // The first updates compile, and warm up.
  for (let i = 0; i <= updates; i++) {
    const [began, used] = [performance.now(), process.cpuUsage()];
    await training.update();
    const rows = await training.metrics({ final: true });
    const { user, system } = process.cpuUsage(used);
    const ours = { seconds: (performance.now() - began) / 1000, processor: (user + system) / 1e6 };
    const theirs = await torch.update();
    if (i > 0) taken.push({ ours, torch: theirs });
    tell(`${JSON.stringify({ rows, ours, torch: theirs, load: loadavg()[0] })}`);
  }
  const best = (of: (one: (typeof taken)[number]) => number): number => Math.min(...taken.map(of));
  process.stdout.write(
    `${JSON.stringify({
      ...{ recipe, batch, steps: walked, load: loadavg()[0], taken },
      ratio: {
        seconds: best(({ ours }) => ours.seconds) / best(({ torch }) => torch.seconds),
        processor: best(({ ours }) => ours.processor) / best(({ torch }) => torch.processor),
      },
      ...{ memory: update.memory, gflop: update.cost.flops / 1e9, torch: torch.about, torch_peak_bytes: torch.peak() },
      ...adapterFacts(device.adapter),
    })}\n`,
  );
  torch.close();
  training.dispose();
  await device.close();
  return "ok";
}

/** The same updates in PyTorch, one at a time. */
async function openTorch(steps: number, batch: number) {
  const child = spawn(
    process.env.EBM_PYTHON || "python3",
    ["-u", "bench/ebm/jemSteps.py", String(steps), String(batch)],
    // By default its threads spin while they wait for each other, which on a busy machine takes ten times as long.
    { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, OMP_WAIT_POLICY: "PASSIVE" } },
  );
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const answer = async <T>(): Promise<T> => {
    const { value, done } = (await lines.next()) as IteratorResult<string, undefined>;
    if (done) throw new Failure("data", "jemSteps.py ended early; EBM_PYTHON names a Python that has PyTorch");
    return JSON.parse(value) as T;
  };
  const { about } = await answer<{ about: string }>();
  let peak = 0;
  return {
    about,
    peak: () => peak,
    async update(): Promise<Taken> {
      child.stdin.write("update\n");
      const { peak_bytes, ...taken } = await answer<Taken & { peak_bytes: number }>();
      peak = peak_bytes;
      return taken;
    },
    close: () => child.stdin.end(),
  };
}

await runProgram("jemSteps", steps);
