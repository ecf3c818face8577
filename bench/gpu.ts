/**
 * The program behind `npm run bench:gpu`: all that one wants to know of a GPU, in order of worth and within a given time. Every part is a
 * program of its own, and writes a file.
 */

import { Failure, type Ending } from "../cli/failure.ts";
import { launch } from "../cli/launch.ts";
import { openDevice } from "../engine/index.ts";
import { runParts, type Part } from "./parts.ts";
import { parsed, runProgram, tell } from "./program.ts";

const options = {
  minutes: { type: "string", default: "30" },
  out: { type: "string", default: "bench/results" },
} as const;
const usage = "usage: bench:gpu [--minutes N] [--out FOLDER] [PART …]";

const peers = (...libraries: string[]) => [
  "bench/peers/dist/run.js",
  "--json",
  ...libraries.flatMap((library) => ["--library", library]),
];

const parts: readonly Part[] = [
  { name: "peers-torch", ending: "jsonl", minutes: 4, words: peers("ours, eager", "torch", "torch, TF32") },
  { name: "bench", ending: "jsonl", minutes: 6, words: ["dist/bench/run.js", "--json"] },
  { name: "tests", ending: "txt", minutes: 6, words: ["node_modules/vitest/vitest.mjs", "run", "--project", "node"] },
  {
    name: "training",
    ending: "txt",
    minutes: 2,
    words: [
      "dist/cli/main.js",
      ..."train anatomy/gmm-convergent --steps 1000 --set sampler.steps=100 --seed 1".split(" "),
    ],
  },
  {
    name: "peers-compiled",
    ending: "jsonl",
    minutes: 6,
    words: [
      ...peers("torch, compiled", "torch, compiled, TF32"),
      ...["matmul/4096", "64-128", "walk", "training/toy", "training/conv", "28-10", "penalty"],
    ],
  },
  { name: "peers-javascript", ending: "jsonl", minutes: 4, words: peers("jax-js", "jax-js, eager", "tfjs") },
  { name: "first", ending: "jsonl", minutes: 1, words: ["dist/bench/ebm/firstSteps.js", "--json"] },
];

async function gpu(words: readonly string[]): Promise<Ending> {
  const { minutes, out, chosen } = asked(words);
  await launch();
  const device = await openDevice();
  const { name, source } = device.adapter;
  await device.close();
  tell(`${name} (${source})`);
  const prefix = `${new Date().toISOString().slice(0, 10)}-${name
    .toLowerCase()
    .match(/[a-z0-9]+/g)!
    .slice(0, 3)
    .join("-")}`;
  const outcomes = await runParts(chosen, { minutes, folder: out, prefix, tell });
  process.stdout.write(`${JSON.stringify({ adapter: name, source, outcomes }, null, 1)}\n`);
  return outcomes.some(({ ended }) => ended === "failed") ? "fault" : "ok";
}

/** The words of the command line. Throws a Failure, in one line, that names what is wrong and what is possible. */
function asked(words: readonly string[]) {
  const { values, positionals } = parsed(words, options, usage);
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Failure("usage", `--minutes: a number above 0, got "${values.minutes}"`);
  const unknown = positionals.find((word) => !parts.some(({ name }) => name === word));
  if (unknown !== undefined)
    throw new Failure("usage", `no part "${unknown}" (${parts.map(({ name }) => name).join(", ")})`);
  const chosen = parts.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  return { minutes, out: values.out, chosen };
}

await runProgram("bench:gpu", gpu);
