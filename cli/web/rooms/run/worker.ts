/** The worker of the run room: keeps runs in the file system of the page, with the code that keeps them on a disk. */

import { exists, list, readFile, remove } from "#host";
import { openDevice } from "../../../../engine/index.ts";
import { recipes, systems } from "../../../../ebm/index.ts";
import { wordOf } from "../../../config/fields.ts";
import { findRecipe, findSystem, override, type Catalogue } from "../../../config/resolve.ts";
import { reportOf } from "../../../report/report.ts";
import { bundleOf, makeRun, runAmong, unbundle, type Brought } from "../../../run/bundle.ts";
import { checkpointSteps } from "../../../run/checkpoints.ts";
import { environmentOf, type Environment } from "../../../run/environment.ts";
import { createRun, openRun, runFolder } from "../../../run/folder.ts";
import { numbersOf, readLines, type NumbersRow } from "../../../run/records.ts";
import { findResumable, restore } from "../../../run/resume.ts";
import { session } from "../../../run/session.ts";
import type { Files } from "../../dropped.ts";
import { Rate } from "../../rate.ts";
import { belong, context, readable, shelve } from "../../shelf.ts";
import { openAdapter, troubleOf } from "../../work.ts";
import { needsFiles, obstacleOf } from "./offered.ts";
import type { News, Wish } from "./protocol.ts";

const catalogue: Catalogue = { recipes, systems };
/** Milliseconds between two tidings of a run that goes on. */
const PER_FRAME = 100;

const pathOf = (name: string): string => `runs/${name}`;

/** The run that is open, and the data set that it needs files of. */
let name: string | null = null;
let needed: string | null = null;
/** Aborted to stop the run that goes on, if one does. */
let going: AbortController | null = null;

// Wishes are heeded one after the other, but for `pause`, which ends the one before.
let before: Promise<void> = begin();
addEventListener("message", ({ data }: MessageEvent<Wish>) => {
  if (data.kind === "pause") return void going?.abort();
  before = before.then(() => heed(data)).catch((error: unknown) => tell(troubleOf(error)));
});

async function begin(): Promise<void> {
  await tellRuns();
  try {
    tell(await openAdapter());
  } catch (error) {
    tell(troubleOf(error));
  }
  tell({ kind: "resting" });
}

async function heed(wish: Exclude<Wish, { kind: "pause" }>): Promise<void> {
  switch (wish.kind) {
    case "bring":
      await bring(wish.files);
      break;
    case "create":
      await create(wish);
      break;
    case "open":
      await open(wish.name);
      break;
    case "continue":
      await goOn(wish.updates);
      break;
    case "pack":
      if (name !== null) tell({ kind: "packed", name, archive: await bundleOf(pathOf(name), name) });
      break;
    case "remove":
      if (name === wish.name) name = null;
      await remove(pathOf(wish.name));
      await tellRuns();
  }
  tell({ kind: "resting" });
}

async function bring(files: Files): Promise<void> {
  if (name !== null && needed !== null && readable(needed) && belong(needed, files)) {
    await shelve(needed, files);
    await open(name);
    return;
  }
  const [[path, bytes]] = files;
  const source = path.split("/")[0];
  await make(files.size === 1 && path === source ? await unbundle(bytes, source) : runAmong(files, source));
}

async function make({ name: wanted, files }: Brought): Promise<void> {
  const free = await firstFree(wanted);
  await makeRun(catalogue, pathOf(free), files);
  await tellRuns();
  await open(free);
}

async function create({ recipe: wanted, set, command }: Extract<Wish, { kind: "create" }>): Promise<void> {
  const recipe = findRecipe(catalogue, wanted);
  const settings = override(findSystem(catalogue, recipe.system).fields, recipe.settings, { set });
  const free = await firstFree(`${recipe.name.replaceAll("/", "-")}-${wordOf(settings.seed)}`);
  const run = { recipe: recipe.name, system: recipe.system, settings };
  await createRun(pathOf(free), run, command, await environment());
  await tellRuns();
  await open(free);
}

/** Shows a run as its folder has it. */
async function open(wanted: string): Promise<void> {
  const { folder, run } = await openRun(catalogue, pathOf(wanted), "");
  name = wanted;
  const [step = 0] = await checkpointSteps(folder.checkpoints);
  const written = await readFile(folder.report);
  const report = written === null ? await reportOf(folder) : new TextDecoder().decode(written);
  needed = needsFiles(run.settings);
  tell({
    ...{ kind: "opened", name, recipe: run.recipe, step, updates: Number(run.settings.updates), report },
    rows: await readLines(folder.metrics, numbersOf),
    obstacle: await obstacleOf(run.settings),
  });
}

/** Continues the run that is open; ends when it has done so many updates, or is stopped. */
async function goOn(updates: number): Promise<void> {
  if (name === null) return;
  const now = await environment();
  const asked = { asked: pathOf(name), cwd: "" };
  const found = await findResumable(catalogue, asked, null, { steps: String(updates) });
  const { folder, run } = found;
  const training = await findSystem(catalogue, run.system).open(run.settings, context);
  going = new AbortController();
  try {
    if (found.found !== null) restore(training, found.found);
    const fresh = found.found === null && !(await exists(folder.events));
    await session({
      ...{ training, run, folder, environment: now, progress: teller(), stop: going.signal },
      before: fresh ? null : found,
      command: `the app, on ${now.host}`,
      warn: () => undefined,
    });
  } finally {
    going = null;
    training.dispose();
    tell({ kind: "halted" });
  }
  await open(name);
}

/** Tells the page how a run gets on, now and then. */
function teller(): { show(step: number, row: NumbersRow | null): void; end(): void } {
  const rate = new Rate();
  let rows: NumbersRow[] = [];
  let due = 0;
  return {
    show(step, row) {
      const now = performance.now();
      rate.count(now);
      if (row !== null && rows.at(-1)?.step !== row.step) rows.push(row);
      if (now < due) return;
      due = now + PER_FRAME;
      tell({ kind: "progress", step, rate: rate.value, rows });
      rows = [];
    },
    end: () => undefined,
  };
}

async function tellRuns(): Promise<void> {
  const names = await list("runs");
  const whole = await Promise.all(names.map((one) => exists(runFolder(pathOf(one)).config)));
  tell({ kind: "runs", names: names.filter((_, at) => whole[at]) });
}

/** The name, with a number behind it if there is a run of that name. */
async function firstFree(wanted: string): Promise<string> {
  for (let n = 1; ; n++) {
    const candidate = n === 1 ? wanted : `${wanted}-${n}`;
    if (!(await exists(runFolder(pathOf(candidate)).config))) return candidate;
  }
}

const environment = async (): Promise<Environment> => environmentOf((await openDevice()).adapter);

function tell(news: News): void {
  postMessage(news);
}
