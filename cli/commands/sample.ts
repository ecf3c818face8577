/** ebm sample: draws samples from the newest checkpoint of a run. */

import { stat } from "node:fs/promises";
import { dirname, extname, join, relative, resolve as absolute } from "node:path";
import type { NamedArrays } from "../../engine/hostArray.ts";
import type { Fields, Settings } from "../../ebm/settings.ts";
import type { Grid, Landscape, Observation, Training } from "../../ebm/training.ts";
import { encode } from "../../nn/formats/safetensors.ts";
import { readAssignment } from "../config/assignment.ts";
import { merge } from "../config/fields.ts";
import { findSystem } from "../config/resolve.ts";
import { imageContext } from "../datasets/images.ts";
import { asked, Failure, reasonOf, type Ending } from "../failure.ts";
import { chainsPage, chainsTable } from "../report/chains.ts";
import { writeAtomically } from "../run/atomic.ts";
import { openRun } from "../run/folder.ts";
import { freeStem } from "../run/freeStem.ts";
import { stepStem } from "../run/observation.ts";
import { gridPng, isPicture, landscapesPng } from "../run/pictures.ts";
import { restore } from "../run/resume.ts";
import { takeCheckpoint } from "../run/takeCheckpoint.ts";
import { say, warn, type World } from "../world.ts";
import { flowGrid, type Flow } from "./sample.flow.ts";

export interface SampleOptions {
  count?: string;
  steps?: string;
  seed: string;
  out?: string;
  data?: string;
  sampler?: string;
  stepSize?: string;
  noise?: string;
  temperature?: string;
  start?: string;
  record?: boolean;
  interpolate?: string;
  reconstruct?: string;
  iterations?: string;
  rate?: string;
}

/**
 * Writes samples as pictures (FILE.png) or as numbers (FILE.safetensors), and with `record` what the chains went through beside
 * them; or what chains without noise come to between starts (`interpolate`) and towards images that were not trained on
 * (`reconstruct`). An existing file is never replaced.
 */
export async function sample(world: World, path: string, options: SampleOptions): Promise<Ending> {
  const count = readCount("--count", options.count ?? (options.interpolate === undefined ? "64" : "8"), 1);
  const steps = options.steps === undefined ? null : readCount("--steps", options.steps, 0);
  const seed = readCount("--seed", options.seed, 0);
  const flow = flowOf(options, { count, steps, seed });
  const { folder, run } = await openRun(world, path, world.cwd);
  const system = findSystem(world, run.system);
  const settings = samplingSettings(system.fields, run.settings, options);
  const found = await takeCheckpoint(path, { folder, run });
  for (const problem of found.damaged) warn(world, `warning: ${problem}; taking the one before`);
  const out = absolute(world.cwd, options.out ?? (await freeName(folder.samples, found.step)));
  await checkOut(out, options.out ?? out);

  await world.openDevice();
  const context = imageContext({ ...world, data: options.data ?? null, tell: (line) => warn(world, line) });
  const training = await asked(system.open(settings, context));
  try {
    restore(training, found);
    const plain = { count, steps, seed, ...(options.start !== undefined && { start: options.start }) };
    const wanted = flow === null ? training.sample(plain) : seenFlow(world, training, flow);
    for (const [file, bytes] of filesOf(await asked(wanted), out)) await writeNew(world, file, bytes);
    if (options.record) await writeRecord(world, training, plain, out);
  } finally {
    training.dispose();
  }
  return "ok";
}

/** The settings of the run with another sampler, as far as the options ask for one. */
function samplingSettings(fields: Fields, settings: Settings, options: SampleOptions): Settings {
  const { sampler, stepSize, temperature } = options;
  const still = options.interpolate !== undefined || options.reconstruct !== undefined;
  const noise = still ? "0" : options.noise;
  if (noise !== undefined && temperature !== undefined)
    throw new Failure("usage", "--noise and --temperature: either follows from the other; give one of them");
  const change = (settings: Settings, option: string, path: string, text: string | undefined): Settings =>
    text === undefined ? settings : merge(settings, readAssignment(fields, `${path}=${text}`, option));
  // A run keeps its start, whose memory is in the checkpoint; other starts are the samples' own.
  change(settings, `--start ${options.start}`, "start.kind", options.start);
  settings = change(settings, `--sampler ${sampler}`, "sampler.kind", sampler);
  settings = change(settings, `--step-size ${stepSize}`, "sampler.stepSize", stepSize);
  settings = change(settings, `--noise ${noise}`, "sampler.noise", noise);
  if (temperature === undefined) return settings;
  // T = noise² / (2 · step size), whatever the sampler.
  const spread = Math.sqrt(2 * Number((settings.sampler as Settings).stepSize) * Number(temperature));
  return change(settings, `--temperature ${temperature}`, "sampler.noise", String(spread));
}

/** What was asked of chains without noise; null for plain samples. */
function flowOf(options: SampleOptions, common: { count: number; steps: number | null; seed: number }): Flow | null {
  const { interpolate, reconstruct, iterations, rate } = options;
  if (interpolate !== undefined && reconstruct !== undefined)
    throw new Failure("usage", "--interpolate and --reconstruct: give one of them");
  if (reconstruct === undefined && (iterations !== undefined || rate !== undefined))
    throw new Failure("usage", "--iterations and --rate: are of --reconstruct, which is not given");
  if (interpolate === undefined && reconstruct === undefined) return null;
  const which = interpolate === undefined ? "--reconstruct" : "--interpolate";
  for (const [name, text] of Object.entries({ "--noise": options.noise, "--temperature": options.temperature }))
    if (text !== undefined) throw new Failure("usage", `${name} ${text}: ${which} takes chains without noise`);
  if (options.record) throw new Failure("usage", `--record: is of plain samples, not of ${which}`);
  if (options.start !== undefined)
    throw new Failure("usage", `--start ${options.start}: is of plain samples, not of ${which}`);
  if (interpolate !== undefined) {
    const points = readCount("--interpolate", interpolate, 2);
    return { kind: "interpolate", options: { ...common, pairs: common.count, points } };
  }
  if (options.count !== undefined)
    throw new Failure("usage", `--count ${options.count}: --reconstruct says itself how many`);
  return {
    kind: "reconstruct",
    options: {
      ...common,
      count: readCount("--reconstruct", reconstruct!, 1),
      iterations: readCount("--iterations", iterations ?? "100", 0),
      rate: readPositive("--rate", rate ?? "0.1"),
    },
  };
}

/** The grid of a flow as all there is to see. */
async function seenFlow(world: World, training: Training, flow: Flow): Promise<Observation> {
  const explorer = training.explore();
  try {
    return { step: training.step, measures: {}, grids: [await flowGrid(world, explorer, flow)], landscapes: [] };
  } finally {
    explorer.dispose();
  }
}

/** The record of the same chains, as a table and as a page. */
async function writeRecord(
  world: World,
  training: Training,
  options: Parameters<Training["record"]>[0],
  out: string,
): Promise<void> {
  const rows = await asked(training.record(options));
  const stem = `${out.slice(0, -extname(out).length)}-chains`;
  await writeNew(world, `${stem}.csv`, chainsTable(rows));
  await writeNew(world, `${stem}.html`, chainsPage(`${options.count} chains of ${rows.length} steps`, rows));
}

async function writeNew(world: World, file: string, content: Uint8Array | string): Promise<void> {
  if (await exists(file)) throw new Failure("usage", `${file}: exists already`);
  await writeAtomically(file, content).catch((error: unknown) => {
    throw new Failure("usage", `${file}: cannot be written, ${reasonOf(error)}`, { cause: error });
  });
  say(world, relative(world.cwd, file));
}

/** One file, or one for each grid of pictures and one for the landscapes when there are several. */
function filesOf({ grids, landscapes }: Observation, out: string): [string, Uint8Array][] {
  if (extname(out) === ".safetensors") {
    return [[out, encode(Object.fromEntries([...grids.map(samplesOf), ...landscapes.map(densityOf)]))]];
  }
  const pictures = grids.filter(isPicture).map((grid): [string, Uint8Array] => [grid.name, gridPng(grid)]);
  if (landscapes.length > 0) pictures.push(["landscape", landscapesPng(landscapes)]);
  if (pictures.length === 0)
    throw new Failure("usage", "sample: these samples are no pictures; use --out FILE.safetensors");
  const stem = out.slice(0, -extname(out).length);
  return pictures.map(([name, png]) => [pictures.length === 1 ? out : `${stem}-${name}.png`, png]);
}

const samplesOf = ({ name, images, count, channels, height, width }: Grid): [string, NamedArrays[string]] => [
  name,
  { dtype: "f32", shape: [count, channels, height, width], data: images },
];

const densityOf = ({ name, resolution, density }: Landscape): [string, NamedArrays[string]] => [
  `density.${name}`,
  { dtype: "f32", shape: [resolution, resolution], data: Float32Array.from(density) },
];

function readCount(option: string, text: string, least: number): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= least && text.trim() !== "") return count;
  throw new Failure("usage", `${option} ${text}: expected an integer of at least ${least}`);
}

function readPositive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new Failure("usage", `${option} ${text}: expected a number above 0`);
}

async function checkOut(out: string, typed: string): Promise<void> {
  if (![".png", ".safetensors"].includes(extname(out))) {
    throw new Failure("usage", `--out ${typed}: expected a name that ends in .png or .safetensors`);
  }
  if (await exists(out)) throw new Failure("usage", `--out ${typed}: exists already`);
  if (!(await exists(dirname(out)))) throw new Failure("usage", `--out ${typed}: there is no folder ${dirname(out)}`);
}

/** `step-000040-sample-N.png` with the first N that no file has, of one picture or of several. */
const freeName = async (folder: string, step: number): Promise<string> =>
  join(folder, `${await freeStem(folder, `${stepStem(step)}-sample`)}.png`);

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
