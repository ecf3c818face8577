/**
 * The program behind `npm run app:digits -- RUN`: makes what the app's digits room begins with, out of the newest checkpoint of a run of
 * JEM on MNIST: `cli/web/rooms/digits/trained.safetensors`, which `cli/web/rooms/digits/trained.ts` reads.
 */

import { writeFileSync } from "node:fs";
import { compile, dispose, openDevice, toArray, type Tensor, type Tree } from "../../engine/index.ts";
import type { HostArray, NamedArrays } from "../../engine/hostArray.ts";
import { recipes, systems, type Settings } from "../../ebm/index.ts";
import { encode } from "../../nn/formats/safetensors.ts";
import { leaves, valueAt, wordOf } from "../../cli/config/fields.ts";
import { imageContext } from "../../cli/datasets/images.ts";
import { Failure, type Ending } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { newestCheckpoint } from "../../cli/run/checkpoints.ts";
import { openRun } from "../../cli/run/folder.ts";
import { readLines } from "../../cli/run/records.ts";
import { restore } from "../../cli/run/resume.ts";
import { runProgram, tell } from "../program.ts";

const out = "cli/web/rooms/digits/trained.safetensors";
const BATCH = 250;
/** Test digits to look at, of each class, and chains of the replay buffer. */
const [OF_EACH, CHAINS] = [4, 24];
/** The energies of all test digits in order, one for each thousandth of them. */
const QUANTILES = 1000;
const PIXELS = 28 * 28;

async function make([asked]: readonly string[]): Promise<Ending> {
  if (asked === undefined) throw new Failure("usage", "digitsModel: name the folder of a run of jem/mnist");
  await launch();
  await openDevice();
  const { folder, run } = await openRun({ recipes, systems }, asked, process.cwd());
  if (run.system !== "jem" || wordOf(valueAt(run.settings, "data.name")) !== "mnist")
    throw new Failure("usage", `digitsModel: ${asked} is no run of JEM on mnist, but of ${run.recipe}`);
  const found = await newestCheckpoint(folder.checkpoints, run);
  if (found === null) throw new Failure("data", `digitsModel: ${asked} has no checkpoint`);
  const events = (await readLines(folder.events, (line) => line)) as { time: string }[];

  const context = imageContext({ data: null, env: process.env, cwd: process.cwd(), tell });
  const training = await systems.jem.open(run.settings, context, { prepared: false });
  restore(training, found);
  const evaluated = training.evaluated();
  const { learned, energy, classifier } = evaluated;
  const test = await evaluated.open("test");
  const look = compile((learned: Tree, x: Tensor) => [energy(learned, x), classifier!.logits(learned, x).argmax(1)]);
  const energies: number[] = [];
  let right = 0;
  for (let start = 0; start < test.count; start += BATCH) {
    const x = test.items(start, BATCH);
    const seen = look(learned, x);
    const [values, classes] = await Promise.all(seen.map(toArray));
    dispose(x, seen);
    energies.push(...values.data);
    classes.data.forEach((class_, at) => (right += Number(class_ === test.labels![start + at])));
  }
  energies.sort((a, b) => a - b);

  const chosen = Array.from({ length: OF_EACH * 10 }, (_, at) => nth(test.labels!, at % 10, Math.floor(at / 10)));
  const digits = await Promise.all(chosen.map((at) => pixelsOf(test.items(at, 1))));
  const memory = found.arrays.memory.data.subarray(0, CHAINS * PIXELS) as Float32Array;
  const parameters = Object.entries(found.arrays).filter(([name]) => name.startsWith("parameters."));
  const arrays: NamedArrays = {
    step: found.arrays.step,
    ...Object.fromEntries(parameters),
    "test.energies": {
      dtype: "f32",
      shape: [QUANTILES],
      data: Float32Array.from(
        { length: QUANTILES },
        (_, at) => energies[Math.floor(((at + 0.5) * energies.length) / QUANTILES)],
      ),
    },
    "test.digits": packed(digits.flatMap((digit) => [...digit])),
    "test.labels": { dtype: "u32", shape: [chosen.length], data: Uint32Array.from(chosen, (at) => test.labels![at]) },
    chains: packed(memory),
  };
  const metadata = {
    recipe: run.recipe,
    settings: JSON.stringify(run.settings),
    accuracy: String(right / test.count),
    of: String(test.count),
    date: events.at(-1)!.time.slice(0, 10),
    command: commandOf(run.recipe, run.settings),
    digits: "of MNIST, Y. LeCun, C. Cortes, C. Burges; commonly given as CC BY-SA 3.0",
  };
  const bytes = encode(arrays, metadata);
  writeFileSync(out, bytes);
  tell(`${out}: ${bytes.length} bytes, ${found.step} updates, ${right} of ${test.count} right, "${metadata.command}"`);
  return "ok";
}

/** The place of the n-th item of a class. */
function nth(labels: Uint8Array, class_: number, n: number): number {
  const places = [...labels.keys()].filter((at) => labels[at] === class_);
  return places[n];
}

async function pixelsOf(item: Tensor): Promise<Float32Array> {
  const { data } = await toArray(item);
  dispose(item);
  return data as Float32Array;
}

/** Pixels of [−1, 1] as bytes, four to a word: `[n, 196]`. */
function packed(pixels: ArrayLike<number>): HostArray {
  const bytes = Uint8Array.from(pixels, (level) => Math.round(127.5 * (1 + Math.max(-1, Math.min(1, level)))));
  return { dtype: "u32", shape: [bytes.length / PIXELS, PIXELS / 4], data: new Uint32Array(bytes.buffer) };
}

/** The command line that trains such a run with today's recipe. */
function commandOf(name: string, settings: Settings): string {
  const { system, settings: standard } = recipes[name];
  const other = [...leaves(systems[system].fields).keys()].filter(
    (path) => wordOf(valueAt(settings, path)) !== wordOf(valueAt(standard, path)),
  );
  return ["ebm train", name, ...other.map((path) => `--set ${path}=${wordOf(valueAt(settings, path))}`)].join(" ");
}

await runProgram("digitsModel", make);
