/**
 * How long a person waits for the first update of a recipe, from the start of the process, when no driver has seen its shaders
 * before. `npm run bench:first [-- [--json] RECIPE…]`: each recipe in a process of its own, which is this file again with `--here`.
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { imageContext } from "../../cli/datasets/images.ts";
import { Failure, type Ending } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { openDevice } from "../../engine/index.ts";
import { recipes, systems } from "../../ebm/index.ts";
import { adapterFacts, aligned, rounded } from "../print.ts";
import { parsed, runProgram, tell } from "../program.ts";

/** A toy of each system, and a small net of convolutions; none needs a data set. */
const STANDARD = ["anatomy/gmm-convergent", "jem/toy", "study/rectangles-tiny"];

interface FirstStep {
  recipe: string;
  /** Seconds from the start of the process until the first update is done, and those that its threads were at work. */
  seconds: number;
  processor: number;
  pipelines: number;
  adapter: string;
}

async function firstSteps(words: readonly string[]): Promise<Ending> {
  const options = { json: { type: "boolean" }, here: { type: "boolean" } } as const;
  const { values, positionals } = parsed(words, options, "usage: bench:first [--json] [RECIPE …]");
  const unknown = positionals.find((name) => !(name in recipes));
  if (unknown !== undefined) throw new Failure("usage", `no recipe "${unknown}"; ebm recipes lists them`);
  if (values.here) {
    process.stdout.write(`${JSON.stringify(await firstStep(positionals[0]))}\n`);
    return "ok";
  }
  const steps = (positionals.length > 0 ? positionals : STANDARD).map((recipe) => {
    tell(recipe);
    const step = apart(recipe);
    if (values.json) process.stdout.write(`${JSON.stringify(step)}\n`);
    return step;
  });
  if (!values.json) process.stdout.write(`${table(steps).join("\n")}\n`);
  return "ok";
}

/** The first step in a process of its own, with a driver that remembers no shaders. */
function apart(recipe: string): FirstStep {
  const shaders = mkdtempSync(join(tmpdir(), "webgpu-ebm-shaders-"));
  const { status, stdout } = spawnSync(process.execPath, [fileURLToPath(import.meta.url), "--here", recipe], {
    env: { ...process.env, MESA_SHADER_CACHE_DIR: shaders },
    stdio: ["ignore", "pipe", "inherit"],
    encoding: "utf8",
  });
  rmSync(shaders, { recursive: true });
  if (status !== 0) throw new Failure("fault", `${recipe}: its first step ended with exit code ${status}`);
  return JSON.parse(stdout) as FirstStep;
}

async function firstStep(recipe: string): Promise<FirstStep> {
  await launch();
  const device = await openDevice();
  const { system, settings } = recipes[recipe];
  const context = imageContext({ data: null, env: process.env, cwd: process.cwd(), tell });
  const training = await systems[system].open(settings, context);
  await training.update();
  await device.idle();
  const { user, system: kernel } = process.cpuUsage();
  const step = {
    ...{ recipe, seconds: rounded(performance.now() / 1000), processor: rounded((user + kernel) / 1e6) },
    ...{ pipelines: device.pipelines.count, ...adapterFacts(device.adapter) },
  };
  training.dispose();
  return step;
}

const table = (steps: readonly FirstStep[]): string[] =>
  aligned(
    [
      ["recipe", "adapter", "first step", "processor", "pipelines"],
      ...steps.map(({ recipe, adapter, seconds, processor, pipelines }) => [
        ...[recipe, adapter.split(" ")[0], `${seconds} s`, `${processor} s`, String(pipelines)],
      ]),
    ],
    2,
  );

await runProgram("bench:first", firstSteps);
