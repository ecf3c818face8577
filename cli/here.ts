/** The command `ebm`, in the world as it is; loaded once the process is one that has an adapter, if the command wants one. */

import { fileURLToPath } from "node:url";
import { recipes, systems } from "../ebm/index.ts";
import { openDevice } from "../engine/index.ts";
import { runApart } from "./apart.ts";
import { catalogue } from "./datasets/catalogue.ts";
import { exitCodes } from "./failure.ts";
import { runCommand } from "./program.ts";
import { streamDigests } from "./streams.ts";
import { tunedFor } from "./tuned.ts";
import type { DeviceFacts, World } from "./world.ts";

const words = process.argv.slice(2);

const controller = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted);
    process.stderr.write(`\n${signal}: finishing the update at hand; once more to leave at once\n`);
    controller.abort();
  });
}

// Whoever read the output is gone (`ebm recipes | head -1`): nothing more to say, and a training saves what it has.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  controller.abort();
});

const world: World = {
  recipes,
  systems,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  command: ["ebm", ...words.map(quoted)].join(" "),
  stop: controller.signal,
  openDevice: open,
  dataSets: catalogue,
  runApart,
  streamDigests,
};
// Dawn's threads would keep the process alive.
process.exit(await runCommand(words, world, { app: fileURLToPath(new URL("../web", import.meta.url)) }));

async function open(): Promise<DeviceFacts> {
  const { gpu, adapter, target } = await openDevice();
  target.choices = await tunedFor(world, adapter);
  const limits: Record<string, number> = {};
  for (const name in gpu.limits) limits[name] = Number(gpu.limits[name as keyof GPUSupportedLimits]);
  return { ...adapter, limits, features: [...gpu.features] };
}

/** A word as a shell takes it. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
