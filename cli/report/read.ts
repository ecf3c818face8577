/** Everything a report shows, read from the files of a run. */

import { list, readFile } from "#host";
import { readConfigFile, type ConfigFile } from "../config/file.ts";
import { readText } from "../host/text.ts";
import type { Environment } from "../run/environment.ts";
import { readEvaluations, type Evaluated } from "../run/evaluations.ts";
import type { RunFolder } from "../run/folder.ts";
import type { StoredLandscapes } from "../run/observation.ts";
import { numbersOf, readLines, type NumbersRow, type RunEvent } from "../run/records.ts";
import { summarise } from "../run/summary.ts";

/** A sample grid of one step as its PNG file. */
export interface SamplePicture {
  step: number;
  name: string;
  png: Uint8Array;
}

/** A run as a report sees it. Long runs have more observations than a page should hold: a few are chosen, evenly. */
export interface RunData {
  config: ConfigFile;
  environment: Environment;
  /** the rows of updates, without those of measures */
  updates: NumbersRow[];
  /** the rows of observations */
  measures: NumbersRow[];
  summary: NumbersRow;
  events: RunEvent[];
  landscapes: StoredLandscapes[];
  samples: SamplePicture[];
  evaluations: Evaluated[];
  /** The bytes of the pictures of evaluations, by their files. */
  pictures: ReadonlyMap<string, Uint8Array>;
}

/** How many steps of pictures a report shows. */
const shownSteps = 6;

/** Reads a run folder in any state, that of a killed process included. */
export async function readRun(folder: RunFolder): Promise<RunData> {
  const rows = await readLines(folder.metrics, numbersOf);
  const evaluations = await readEvaluations(folder);
  const isMeasure = (row: NumbersRow): boolean => !("loss" in row || "d_s" in row);
  return {
    config: await readConfigFile(folder.config, folder.path),
    environment: (await parsed(folder.environment)) as Environment,
    updates: rows.filter((row) => !isMeasure(row)),
    measures: rows.filter(isMeasure),
    summary: summarise(rows),
    events: await readLines(folder.events, (raw) => raw as RunEvent),
    landscapes: await readLandscapes(folder.landscape),
    samples: await readSamples(folder.samples),
    evaluations,
    pictures: await readPictures(folder, evaluations),
  };
}

async function readLandscapes(folder: string): Promise<StoredLandscapes[]> {
  const files = (await list(folder)).filter((name) => /^step-\d+\.json$/.test(name));
  return Promise.all(
    spread(files, shownSteps).map(async (name) => (await parsed(`${folder}/${name}`)) as StoredLandscapes),
  );
}

/** The grids of training itself, not those that `ebm sample` put beside them. */
async function readSamples(folder: string): Promise<SamplePicture[]> {
  const files = (await list(folder)).flatMap((file) => {
    const [, step, name] = /^step-(\d+)-(.+)\.png$/.exec(file) ?? [];
    return step === undefined || name.startsWith("sample-") ? [] : [{ file, step: Number(step), name }];
  });
  const steps = new Set(spread([...new Set(files.map(({ step }) => step))], shownSteps));
  const shown = files.filter(({ step }) => steps.has(step));
  return Promise.all(
    shown.map(async ({ file, step, name }) => ({ step, name, png: (await readFile(`${folder}/${file}`))! })),
  );
}

async function readPictures(folder: RunFolder, evaluations: readonly Evaluated[]): Promise<Map<string, Uint8Array>> {
  const files = evaluations.flatMap(({ pictures, beside }) => [
    ...Object.values(pictures),
    ...Object.values(beside?.pictures ?? {}),
  ]);
  const found = new Map<string, Uint8Array>();
  for (const file of files) {
    const bytes = await readFile(`${folder.evaluations}/${file}`);
    if (bytes !== null) found.set(file, bytes);
  }
  return found;
}

/** At most `count` of a list, evenly spread, the last among them. */
export function spread<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  return Array.from({ length: count }, (_, i) => list[Math.round(((i + 1) * list.length) / count) - 1]);
}

const parsed = async (path: string): Promise<unknown> => JSON.parse((await readText(path)) ?? "");
