/** The folder of a run: made once, never overwritten, and complete from its first moment. */
//
//   config.json        recipe, settings, the command           metrics.jsonl   numbers by step
//   environment.json   adapter and versions                    events.jsonl    what happened when
//   checkpoints/       step-000040.safetensors                 summary.json    the last value of every number
//   samples/           step-000040-NAME.png                    report.html     all of it to look at
//   landscape/         step-000040.json, .png

import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve as absolute } from "node:path";
import { wordOf } from "../config/fields.ts";
import { readConfigFile } from "../config/file.ts";
import { findSystem, type Catalogue, type Resolved } from "../config/resolve.ts";
import { checkSettings } from "../config/schema.ts";
import { codeOf, Failure, reasonOf } from "../failure.ts";
import { syncFolder, writeAtomically } from "./atomic.ts";
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
}

/** The paths of a run folder, which need not exist yet. */
export const runFolder = (path: string): RunFolder => ({
  path,
  config: join(path, "config.json"),
  environment: join(path, "environment.json"),
  metrics: join(path, "metrics.jsonl"),
  events: join(path, "events.jsonl"),
  summary: join(path, "summary.json"),
  report: join(path, "report.html"),
  checkpoints: join(path, "checkpoints"),
  samples: join(path, "samples"),
  landscape: join(path, "landscape"),
});

/**
 * Where a new run goes: the folder asked for, which must not exist, or the first free `runs/RECIPE-SEED-N`. Nothing is
 * made yet, but a place where nothing can be made is refused now and not after the work.
 */
export async function placeRun(asked: string | null, { recipe, settings }: Resolved, cwd: string): Promise<string> {
  const path =
    asked === null
      ? await firstFree(join(cwd, "runs", `${recipe.replaceAll("/", "-")}-${wordOf(settings.seed)}`))
      : absolute(cwd, asked);
  if (await exists(path)) {
    throw new Failure(
      "usage",
      `--run-dir ${asked}: exists already; choose another, or continue it with --resume ${asked}`,
    );
  }
  await checkWritable(path, asked);
  return path;
}

/** Makes the folder with its configuration and environment in it: it appears whole, or not at all. */
export async function createRun(
  path: string,
  run: Resolved,
  command: string,
  environment: Environment,
): Promise<RunFolder> {
  try {
    await mkdir(dirname(path), { recursive: true });
    const draft = join(dirname(path), `.run-${randomUUID()}`);
    try {
      await mkdir(draft);
      const inside = runFolder(draft);
      for (const folder of [inside.checkpoints, inside.samples, inside.landscape]) await mkdir(folder);
      await writeAtomically(inside.config, json({ ...run, command }));
      await writeAtomically(inside.environment, json(environment));
      if (await exists(path)) throw new Failure("usage", `run folder ${path}: was made by someone else meanwhile`);
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
    await syncFolder(dirname(path));
  } catch (error) {
    throw error instanceof Failure
      ? error
      : new Failure("usage", `run folder ${path}: ${reasonOf(error)}`, { cause: error });
  }
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
  if (!(await exists(folder.config))) throw new Failure("usage", `${asked}: not a run folder, it has no config.json`);
  const { recipe, system = "", settings } = await readConfigFile(folder.config, folder.path);
  const { fields } = findSystem(catalogue, system);
  const checked = checkSettings(fields, settings, folder.config, { partial: false });
  const environment = JSON.parse(await readFile(folder.environment, "utf8")) as Environment;
  return { folder, run: { recipe, system, settings: checked }, environment };
}

/** Rewrites the configuration of a run that continues with more updates or other logging; the command stays the first one. */
export async function rewriteConfig(folder: RunFolder, run: Resolved): Promise<void> {
  const { command } = await readConfigFile(folder.config, folder.path);
  await writeAtomically(folder.config, json({ ...run, command }));
}

async function firstFree(stem: string): Promise<string> {
  for (let n = 1; ; n++) if (!(await exists(`${stem}-${n}`))) return `${stem}-${n}`;
}

/** Throws unless the nearest folder above that exists is a folder that can be written. */
async function checkWritable(path: string, asked: string | null): Promise<void> {
  const name = asked === null ? `run folder ${path}` : `--run-dir ${asked}`;
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    try {
      if (!(await stat(parent)).isDirectory())
        throw new Failure("usage", `${name}: cannot be made, ${parent} is not a folder`);
      await access(parent, constants.W_OK);
      return;
    } catch (error) {
      if (error instanceof Failure) throw error;
      if (!["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "")) {
        throw new Failure("usage", `${name}: cannot be made, ${parent}: ${reasonOf(error)}`, { cause: error });
      }
    }
  }
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;
