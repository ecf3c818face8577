/**
 * Real updates of a recipe of JEM on real photographs: what they take, and how much memory. `node dist/bench/ebm/jemSteps.js RECIPE BATCH
 * UPDATES` prints a line of JSON; `jemSteps.py` does the same work in PyTorch.
 */

import { loadavg } from "node:os";
import { imageContext } from "../../cli/datasets/images.ts";
import { launch } from "../../cli/launch.ts";
import { openDevice } from "../../engine/index.ts";
import { recipes, systems } from "../../ebm/index.ts";
import { changed } from "../../ebm/recipes/recipe.ts";
import type { JemSettings } from "../../ebm/systems/jem.ts";
import { adapterFacts } from "../print.ts";

const [recipe, batch, updates] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
await launch();
const device = await openDevice();
const settings = changed(recipes[recipe].settings as unknown as JemSettings, { batch, log: { heldOut: 1 } });
const context = imageContext({ data: null, env: process.env, cwd: process.cwd(), tell: () => undefined });
const training = await systems.jem.open(settings, context);
const { update } = await training.explain();
const seconds: number[] = [];
for (let i = 0; i < updates; i++) {
  const began = performance.now();
  await training.update();
  await training.metrics({ final: true }).then((rows) => process.stderr.write(`${JSON.stringify(rows)}\n`));
  seconds.push((performance.now() - began) / 1000);
}
process.stdout.write(
  `${JSON.stringify({
    ...{ recipe, batch, steps: settings.objective.x > 0 ? settings.sampler.steps : 0, seconds, load: loadavg()[0] },
    ...{ memory: update.memory, gflop: update.cost.flops / 1e9, ...adapterFacts(device.adapter) },
  })}\n`,
);
training.dispose();
process.exit(0);
