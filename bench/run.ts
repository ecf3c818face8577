/** The program behind `npm run bench`: measures the cases whose names contain a word, and prints what it found. */

import { loadavg } from "node:os";
import type { Ending } from "../cli/failure.ts";
import { launch } from "../cli/launch.ts";
import { openDevice } from "../engine/index.ts";
import type { Case } from "./case.ts";
import { choose } from "./choose.ts";
import { cases } from "./index.ts";
import { measure } from "./measure.ts";
import { record, table } from "./print.ts";
import { runProgram, tell } from "./program.ts";

const EFFORT = { rounds: 5, time: 200 };

async function bench(words: readonly string[]): Promise<Ending> {
  const chosen = choose(words, cases);
  await launch();
  for (const on of ["null", "adapter"] as const) {
    const here = chosen.cases.filter((entry) => entry.on === on);
    if (here.length > 0) await benchOn(on, here, chosen.json);
  }
  return "ok";
}

/** One device after the other: what runs on neither disturbs what runs on the other. */
async function benchOn(on: Case["on"], here: readonly Case[], json: boolean): Promise<void> {
  const device = await openDevice(on === "null" ? { backend: "null" } : {});
  const { name, source, host } = device.adapter;
  tell(`${on === "null" ? "nothing executed, the host alone" : `${name} (${source})`}, ${host}`);
  const able = here.filter(({ suits }) => suits?.(device) ?? true);
  for (const { name } of here.filter((entry) => !able.includes(entry)))
    tell(`${name} is left out, not for this adapter`);
  const measurements = await measure(device, able, EFFORT, (round) =>
    tell(`round ${round} of ${EFFORT.rounds}, load ${loadavg()[0].toFixed(1)}`),
  );
  const lines = json ? measurements.map((one) => JSON.stringify(record(device, one))) : table(measurements);
  process.stdout.write(`${lines.join("\n")}\n`);
  await device.close();
}

await runProgram("bench", bench);
