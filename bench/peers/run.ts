/** The program behind `npm run bench:peers`: the same workloads in other libraries, on the same adapter, in one run. */

import { loadavg } from "node:os";
import tfjsPackage from "@tensorflow/tfjs-core/package.json" with { type: "json" };
import { Failure, type Ending } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { openDevice } from "../../engine/index.ts";
import ownPackage from "../../package.json" with { type: "json" };
import { parsed, runProgram, tell } from "../program.ts";
import { shareAdapter } from "./adapter.ts";
import { openJax } from "./jax.ts";
import { measure } from "./measure.ts";
import { ours, oursEager } from "./ours.ts";
import { record, tableHead, tableRows } from "./print.ts";
import { openTfjs } from "./tfjs.ts";
import { openTorch } from "./torch.ts";
import jaxPackage from "./node_modules/@jax-js/jax/package.json" with { type: "json" };
import type { Library, Peer, Workload } from "./workload.ts";
import { workloads } from "./workloads/index.ts";

const EFFORT = { rounds: 5, time: 60, cap: 10_000, longest: 30_000 };

/** Seconds that a workload takes on a software adapter, about, all libraries and their compilation of shaders included. */
const EACH = 30;

const options = {
  json: { type: "boolean", default: false },
  library: { type: "string", multiple: true, default: [] as string[] },
} as const;
const usage = "usage: bench:peers [--json] [--library NAME …] [FILTER …]";

async function bench(words: readonly string[]): Promise<Ending> {
  const { values, positionals: filters } = parsed(words, options, usage);

  await launch();
  const device = await openDevice();
  const { name, source, software, host } = device.adapter;
  tell(`${name} (${source}), ${host}`);
  shareAdapter(software);
  const own = `webgpu-ebm ${ownPackage.version}`;
  const jax = `jax-js ${jaxPackage.version}`;
  const torch = { on: software ? "cpu" : "gpu", way: "eager", precision: "f32" } as const;
  const openings: Record<Library, () => Promise<Peer> | Peer> = {
    ours: () => ours(device, own),
    "ours, eager": () => oursEager(device, own),
    "jax-js": () => openJax("jax-js", jax),
    "jax-js, eager": () => openJax("jax-js, eager", jax),
    tfjs: () => openTfjs(`tfjs ${tfjsPackage.version}`),
    torch: () => openTorch(torch),
    "torch, TF32": () => openTorch({ ...torch, precision: "tf32" }),
    "torch, compiled": () => openTorch({ ...torch, way: "compiled" }),
    "torch, compiled, TF32": () => openTorch({ ...torch, way: "compiled", precision: "tf32" }),
  };
  const chosen = chosenOf(filters, software);
  const peers = new Map<Library, Peer>();
  for (const library of librariesOf(values.library, Object.keys(openings) as Library[])) {
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
  if (!values.json) print(tableHead());
  for (const workload of chosen) {
    tell(`${workload.name}, load ${loadavg()[0].toFixed(1)}`);
    const outcomes = await measure(workload, peers, EFFORT, known);
    print(
      values.json
        ? outcomes.map((outcome) => JSON.stringify(record(device, workload, outcome, outcomes)))
        : tableRows(workload, outcomes),
    );
  }
  for (const peer of peers.values()) await peer.close();
  return "ok";
}

/** The libraries that were asked for, ours first since results are compared with ours, or all. */
function librariesOf(asked: readonly string[], all: readonly Library[]): Library[] {
  const unknown = asked.find((name) => !(all as readonly string[]).includes(name));
  if (unknown !== undefined) throw new Failure("usage", `no library "${unknown}" (${all.join("; ")}); ${usage}`);
  return all.filter((name) => asked.length === 0 || name === "ours" || asked.includes(name));
}

/** The workloads whose names contain one of the words, or all, but for those that only a GPU can do. */
function chosenOf(filters: readonly string[], software: boolean): Workload[] {
  const lost = filters.find((filter) => !workloads.some(({ name }) => name.includes(filter)));
  if (lost !== undefined)
    throw new Failure(
      "usage",
      `no workload has "${lost}" in its name (${workloads.map(({ name }) => name).join(", ")})`,
    );
  const chosen = workloads.filter(
    ({ name, onlyGpu }) =>
      !(onlyGpu && software) && (filters.length === 0 || filters.some((filter) => name.includes(filter))),
  );
  if (chosen.length === 0) throw new Failure("usage", `only GPUs are given ${filters.join(", ")}`);
  return chosen;
}
const print = (lines: readonly string[]): void => void process.stdout.write(`${lines.join("\n")}\n`);

await runProgram("bench:peers", bench);
