/** The program behind `npm run bench:peers`: the same workloads in other libraries, on the same adapter, in one run. */

import { createRequire } from "node:module";
import { loadavg } from "node:os";
import { Failure, type Ending } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { openDevice } from "../../engine/index.ts";
import { runProgram, tell } from "../program.ts";
import { shareAdapter } from "./adapter.ts";
import { openJax } from "./jax.ts";
import { measure } from "./measure.ts";
import { ours, oursEager } from "./ours.ts";
import { record, tableHead, tableRows } from "./print.ts";
import { openTfjs } from "./tfjs.ts";
import { openTorch } from "./torch.ts";
import type { Library, Peer } from "./workload.ts";
import { workloads } from "./workloads/index.ts";

const EFFORT = { rounds: 5, time: 60, cap: 10_000, longest: 30_000 };

/** Seconds that a workload takes on a software adapter, about, all libraries and their compilation of shaders included. */
const EACH = 30;

async function bench(words: readonly string[]): Promise<Ending> {
  const json = words.includes("--json");
  const filters = words.filter((word) => word !== "--json");
  if (filters.length > 1 || filters[0]?.startsWith("-"))
    throw new Failure("usage", `usage: bench:peers [--json] [FILTER], got ${words.join(" ")}`);
  const chosen = workloads.filter(({ name }) => name.includes(filters[0] ?? ""));
  if (chosen.length === 0)
    throw new Failure(
      "usage",
      `no workload has "${filters[0]}" in its name (${workloads.map(({ name }) => name).join(", ")})`,
    );

  await launch();
  const device = await openDevice();
  const { name, source, software, host } = device.adapter;
  tell(`${name} (${source}), ${host}`);
  shareAdapter(software);
  const own = `webgpu-ebm ${versionOf("../../../package.json")}`;
  const jax = `jax-js ${versionOf("../node_modules/@jax-js/jax/package.json")}`;
  const openings: Record<Library, () => Promise<Peer> | Peer> = {
    ours: () => ours(device, own),
    "ours, eager": () => oursEager(device, own),
    "jax-js": () => openJax(jax),
    "jax-js, eager": () => openJax(jax),
    tfjs: () => openTfjs(`tfjs ${versionOf("@tensorflow/tfjs-core/package.json")}`),
    torch: openTorch,
  };
  const peers = new Map<Library, Peer>();
  for (const library of Object.keys(openings) as Library[]) {
    try {
      const peer = await openings[library]();
      peers.set(library, peer);
      tell(`${library}: ${peer.version}`);
    } catch (error) {
      tell(`${library}: not here; ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  const minutes = Math.ceil((chosen.length * EACH) / 60);
  tell(`${chosen.length} workloads, about ${minutes} ${minutes === 1 ? "minute" : "minutes"} on a software adapter`);
  const known = new Map<string, number>();
  if (!json) print(tableHead());
  for (const workload of chosen) {
    tell(`${workload.name}, load ${loadavg()[0].toFixed(1)}`);
    const outcomes = await measure(workload, peers, EFFORT, known);
    print(
      json
        ? outcomes.map((outcome) => JSON.stringify(record(device, workload, outcome, outcomes)))
        : tableRows(workload, outcomes),
    );
  }
  for (const peer of peers.values()) await peer.close();
  return "ok";
}

const versionOf = (file: string): string => (createRequire(import.meta.url)(file) as { version: string }).version;
const print = (lines: readonly string[]): void => void process.stdout.write(`${lines.join("\n")}\n`);

await runProgram("bench:peers", bench);
