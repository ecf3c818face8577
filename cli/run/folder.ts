/** The folder of a run: made once, never overwritten, and complete from its first moment. */
//
//   config.json        recipe, settings, the command           metrics.jsonl   numbers by step
//   environment.json   adapter and versions                    events.jsonl    what happened when
//   checkpoints/       step-000040.safetensors                 summary.json    the last value of every number
//   samples/           step-000040-NAME.png                    report.html     all of it to look at
//   landscape/         step-000040.json, .png                  eval/           step-000040-NAME-1.json, -PICTURE.png

import { absolute, exists, makeFolder, writeAtomically } from "#host";
import { readConfigFile } from "../config/file.ts";
import { findSystem, type Catalogue, type Resolved } from "../config/resolve.ts";
import { checkSettings } from "../config/schema.ts";
import { Failure } from "../failure.ts";
import { readText } from "../host/text.ts";
import type { Environment } from "./environment.ts";

/** Where everything of a run is. */
export interface RunFolder {
  path: string;
  config: string;
  environment: string;
  metrics: string;
  events: string;
  summary: string;
  report: string;
  checkpoints: string;
  samples: string;
  landscape: string;
  evaluations: string;
}

/** The paths of a run folder, which need not exist yet. */
export const runFolder = (path: string): RunFolder => ({
  path,
  config: `${path}/config.json`,
  environment: `${path}/environment.json`,
  metrics: `${path}/metrics.jsonl`,
  events: `${path}/events.jsonl`,
  summary: `${path}/summary.json`,
  report: `${path}/report.html`,
  checkpoints: `${path}/checkpoints`,
  samples: `${path}/samples`,
  landscape: `${path}/landscape`,
  evaluations: `${path}/eval`,
});

/** The folders in it. */
export const runFolders = ["checkpoints", "samples", "landscape"];

/** Makes the folder with its configuration and environment in it: it appears whole, or not at all. */
export async function createRun(
  path: string,
  run: Resolved,
  command: string,
  environment: Environment,
): Promise<RunFolder> {
  const files = new Map([
    ["config.json", json({ ...run, command })],
    ["environment.json", json(environment)],
  ]);
  await makeFolder(path, runFolders, files);
  return runFolder(path);
}

/** A run that was made before. */
export interface OpenedRun {
  folder: RunFolder;
  run: Resolved;
  environment: Environment;
}

/** The run in the folder `asked`, as seen from `cwd`; throws a Failure for what is no run of this version. */
export async function openRun(catalogue: Catalogue, asked: string, cwd: string): Promise<OpenedRun> {
  const folder = runFolder(absolute(cwd, asked));
  if (!(await exists(folder.path))) throw new Failure("usage", `${asked}: no such run folder`);
  for (const name of ["config.json", "environment.json"])
    if (!(await exists(`${folder.path}/${name}`)))
      throw new Failure("usage", `${asked}: not a run folder, it has no ${name}`);
  const { recipe, system = "", settings } = await readConfigFile(folder.config, folder.path);
  const { fields } = findSystem(catalogue, system);
  const checked = checkSettings(fields, settings, folder.config, { partial: false });
  const environment = JSON.parse((await readText(folder.environment)) ?? "") as Environment;
  return { folder, run: { recipe, system, settings: checked }, environment };
}

/** Rewrites the configuration of a run that continues with more updates or other logging; the command stays the first one. */
export async function rewriteConfig(folder: RunFolder, run: Resolved): Promise<void> {
  const { command } = await readConfigFile(folder.config, folder.path);
  await writeAtomically(folder.config, json({ ...run, command }));
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
