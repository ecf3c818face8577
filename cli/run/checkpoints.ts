/** The checkpoints of a run: safetensors files that say which run and step they belong to, and whether they are whole. */

import { list, readFile, remove, sha256, writeAtomically } from "#host";
import type { NamedArrays } from "../../engine/hostArray.ts";
import { isKept } from "../../ebm/guard.ts";
import type { Settings } from "../../ebm/settings.ts";
import { engine } from "../../ebm/systems/fields.ts";
import { FormatError } from "../../nn/formatError.ts";
import { decode, encode } from "../../nn/formats/safetensors.ts";
import type { Resolved } from "../config/resolve.ts";
import { Failure } from "../failure.ts";
import { draftSuffix } from "../host/host.ts";
import { guardOf } from "./recovery.ts";

const format = "webgpu-ebm checkpoint 1";

/** How many of the newest checkpoints are all kept. */
const newest = 3;

/** A checkpoint that reads well, and what was wrong with newer ones that do not. */
export interface Found {
  arrays: NamedArrays;
  step: number;
  path: string;
  damaged: string[];
}

/** Writes the checkpoint of a step and thins out the older ones; the same state gives the same bytes. */
export async function saveCheckpoint(
  folder: string,
  run: Resolved,
  step: number,
  arrays: NamedArrays,
): Promise<string> {
  const path = checkpointPath(folder, step);
  const metadata = { format, step: String(step), digest: await digest(arrays), ...identity(run) };
  await writeAtomically(path, encode(arrays, metadata));
  const guard = guardOf(run.settings);
  const older = (await checkpointSteps(folder)).slice(newest);
  for (const old of older)
    if (guard?.mode !== "recover" || !isKept(old, step, guard)) await remove(checkpointPath(folder, old));
  return path;
}

/**
 * The newest checkpoint that reads well, or null when the folder has none at all.
 * @throws Failure when all are damaged, or the newest belongs to another run
 */
export async function newestCheckpoint(folder: string, run: Resolved): Promise<Found | null> {
  const damaged: string[] = [];
  for (const step of await checkpointSteps(folder)) {
    const path = checkpointPath(folder, step);
    try {
      return { ...(await readCheckpoint(path, run)), path, damaged };
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      damaged.push(`${path}: ${error.message}`);
    }
  }
  if (damaged.length === 0) return null;
  throw new Failure("data", `${damaged.join("; ")}; no checkpoint of the run can be read`);
}

/** @throws FormatError for a damaged file, Failure for one of another run, or none */
export async function readCheckpoint(path: string, run: Resolved): Promise<{ arrays: NamedArrays; step: number }> {
  const bytes = await readFile(path);
  if (bytes === null) throw new Failure("data", `${path}: no such file`);
  const { arrays, metadata } = decode(bytes);
  if (metadata.format !== format) {
    throw new Failure(
      "data",
      `${path}: not a checkpoint of a run, expected format "${format}", got "${metadata.format}"`,
    );
  }
  if (metadata.digest !== (await digest(arrays))) throw new FormatError("the arrays are damaged, their digest differs");
  for (const [name, expected] of Object.entries(identity(run))) {
    if (metadata[name] === expected) continue;
    throw new Failure("data", `${path}: belongs to another run, ${name} ${metadata[name]}, expected ${expected}`);
  }
  return { arrays, step: Number(metadata.step) };
}

/** The steps that have a checkpoint, newest first. Removes the drafts of processes that were killed. */
export async function checkpointSteps(folder: string): Promise<number[]> {
  const names = await list(folder);
  for (const name of names) if (name.endsWith(draftSuffix)) await remove(`${folder}/${name}`);
  const steps = names.flatMap((name) => {
    const found = /^step-(\d+)\.safetensors$/.exec(name);
    return found === null ? [] : [Number(found[1])];
  });
  return steps.sort((a, b) => b - a);
}

/** Where the checkpoint of a step is. */
export const checkpointPath = (folder: string, step: number): string =>
  `${folder}/step-${String(step).padStart(6, "0")}.safetensors`;

/**
 * What must agree between a checkpoint and the run it is taken for: everything that shapes the numbers. The engine's settings count
 * where they are not what they were for all runs before they could be chosen, so that checkpoints of those fit.
 */
function identity({ recipe, settings }: Resolved): Record<string, string> {
  const { engine: chosen, ...rest } = shaping(settings);
  const usual = chosen === undefined || JSON.stringify(chosen) === JSON.stringify(engine);
  return { recipe, settings: JSON.stringify(usual ? rest : { ...rest, engine: chosen }) };
}

/** Settings without those that may differ between parts of one run: how long it is, and how often it reports. */
export function shaping(settings: Settings): Settings {
  const { updates: _updates, log: _log, ...rest } = settings;
  return rest;
}

const digest = (arrays: NamedArrays): Promise<string> =>
  sha256(
    Object.entries(arrays).flatMap(([name, { dtype, shape, data }]) => [
      `${JSON.stringify([name, dtype, shape])}\n`,
      new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ]),
  );
