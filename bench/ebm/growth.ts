/**
 * Whether memory grows while a recipe trains: `npm run bench:growth [-- RECIPE]` looks at the buffers of the device and at the memory of
 * the process after 200 updates and after 1 000 more. A toy takes a minute; it fails where either has grown.
 */

import { imageContext } from "../../cli/datasets/images.ts";
import { Failure, type Ending } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { showBytes } from "../../engine/amounts.ts";
import { openDevice } from "../../engine/index.ts";
import { recipes, systems } from "../../ebm/index.ts";
import { runProgram, tell } from "../program.ts";
import { judge } from "./proof.ts";

const BEFORE = 200;
const UPDATES = 1000;

/** What a heap that is collected now and then may differ by. */
const SLACK = 32 * 2 ** 20;

async function growth(words: readonly string[]): Promise<Ending> {
  const [name = "anatomy/gmm-nonconvergent-tiny"] = words;
  if (!(name in recipes)) throw new Failure("usage", `no recipe "${name}"; ebm recipes lists them`);
  const { system, settings } = recipes[name];
  await launch();
  const device = await openDevice();
  const context = imageContext({ data: null, env: process.env, cwd: process.cwd(), tell });
  const training = await systems[system].open(settings, context);
  const after = async (updates: number) => {
    for (let i = 0; i < updates; i++) {
      await training.update();
      await training.metrics();
    }
    await training.metrics({ final: true });
    await device.idle();
    const { live, liveBytes, stockedBytes } = device.memory();
    const resident = process.memoryUsage.rss();
    tell(`step ${training.step}: ${live} buffers of ${showBytes(liveBytes)}, ${showBytes(resident)} of process`);
    return { live, bytes: liveBytes + stockedBytes, resident };
  };
  const [early, late] = [await after(BEFORE), await after(UPDATES)];
  training.dispose();
  const buffers = judge(
    `no more buffers after ${UPDATES} updates`,
    late.live <= early.live && late.bytes <= early.bytes,
  );
  const memory = judge(`less than ${showBytes(SLACK)} more of the process`, late.resident - early.resident < SLACK);
  await device.close();
  return buffers && memory ? "ok" : "fault";
}

await runProgram("bench:growth", growth);
