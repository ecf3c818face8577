/** The evaluations of a run: a JSON file for each, beside its pictures; what is there is never written again. */

import { exists, list, makeFolder, readFile, sha256, writeAtomically } from "#host";
import type { Card, Figure, Result, Table } from "../../ebm/evaluation/evaluation.ts";
import type { Settings } from "../../ebm/settings.ts";
import { Failure } from "../failure.ts";
import { filmGif } from "./film.ts";
import type { RunFolder } from "./folder.ts";
import { stepStem } from "./observation.ts";
import { gridPng, isPicture } from "./pictures.ts";

/** What an evaluation came to, with all that its numbers depend on. */
export interface Evaluated {
  name: string;
  step: number;
  /** The options of the evaluation, and the protocol card. */
  options: Settings;
  card: Card;
  /** The first digits of the digest of name, options and card: numbers compare where these agree. */
  protocol: string;
  /** Not finite ones as strings. */
  numbers: Readonly<Record<string, number | string>>;
  tables: Table[];
  /** Coordinates that are not finite are null. */
  figures: Figure[];
  /** Files in the same folder, by the name of the picture. */
  pictures: Readonly<Record<string, string>>;
  /** The same of another run, whose results stand beside these. */
  beside: Omit<Evaluated, "beside"> | null;
}

/** A result before it is stored. */
export interface Evaluation {
  name: string;
  step: number;
  options: Settings;
  /** Beside the choices of the evaluation: which run, on which adapter. */
  circumstances: Card;
  result: Result;
}

/** Writes a result and its pictures under the first free number, pictures first; returns the path of the JSON file. */
export async function saveEvaluation(folder: RunFolder, own: Evaluation, other: Evaluation | null): Promise<string> {
  if (!(await exists(folder.evaluations))) await makeFolder(folder.evaluations, [], new Map());
  const stem = await freeStem(folder.evaluations, own);
  const stored: Evaluated = {
    ...(await storePictures(folder.evaluations, stem, own)),
    beside: other && (await storePictures(folder.evaluations, `${stem}-beside`, other)),
  };
  const path = `${folder.evaluations}/${stem}.json`;
  await writeAtomically(path, `${JSON.stringify(stored, null, 1)}\n`);
  return path;
}

async function storePictures(
  folder: string,
  stem: string,
  { name, step, options, circumstances, result }: Evaluation,
): Promise<Omit<Evaluated, "beside">> {
  const pictures: Record<string, string> = {};
  const write = async (picture: string, file: string, bytes: Uint8Array): Promise<void> => {
    await writeAtomically(`${folder}/${file}`, bytes);
    pictures[picture] = file;
  };
  for (const grid of (result.grids ?? []).filter(isPicture))
    await write(grid.name, `${stem}-${grid.name}.png`, gridPng(grid));
  for (const film of result.films ?? [])
    if (film.frames.every(isPicture)) await write(film.name, `${stem}-${film.name}.gif`, filmGif(film));
  const card = { ...circumstances, ...result.card };
  return {
    ...{ name, step, options, card, protocol: await protocolOf(name, options, result.card) },
    numbers: Object.fromEntries(
      Object.entries(result.numbers).map(([number, value]) => [number, Number.isFinite(value) ? value : String(value)]),
    ),
    ...{ tables: result.tables ?? [], figures: result.figures ?? [], pictures },
  };
}

/** Of the choices alone, so that two runs under one protocol have the same. */
const protocolOf = async (name: string, options: Settings, card: Card): Promise<string> =>
  (await sha256([JSON.stringify([name, sorted(options), sorted(card)])])).slice(0, 10);

const sorted = (entries: object): unknown[] => Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));

/** `step-000040-ood-1` with the first number that no file has. */
async function freeStem(folder: string, { name, step }: Evaluation): Promise<string> {
  const names = await list(folder);
  for (let n = 1; ; n++) {
    const stem = `${stepStem(step)}-${name}-${n}`;
    if (!names.some((file) => file.startsWith(`${stem}.`) || file.startsWith(`${stem}-`))) return stem;
  }
}

/** All evaluations of a run, oldest checkpoint first; none where nothing was evaluated. */
export async function readEvaluations(folder: RunFolder): Promise<Evaluated[]> {
  const files = (await list(folder.evaluations)).filter((name) => name.endsWith(".json"));
  files.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return Promise.all(
    files.map(async (file) => {
      try {
        const bytes = (await readFile(`${folder.evaluations}/${file}`)) ?? new Uint8Array();
        return JSON.parse(new TextDecoder().decode(bytes)) as Evaluated;
      } catch (error) {
        throw new Failure("data", `eval/${file}: ${(error as Error).message}`, { cause: error });
      }
    }),
  );
}
