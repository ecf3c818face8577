/** Puts what was evaluated into the folder of its run. */

import { exists, makeFolder, sha256, writeAtomically } from "#host";
import type { Card, Result } from "../../ebm/evaluation/evaluation.ts";
import type { Settings } from "../../ebm/settings.ts";
import type { Evaluated } from "./evaluations.ts";
import { filmGif } from "./film.ts";
import type { RunFolder } from "./folder.ts";
import { freeStem } from "./freeStem.ts";
import { stepStem } from "./observation.ts";
import { gridPng, isPicture } from "./pictures.ts";
import { storable } from "./records.ts";

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
  const stem = await freeStem(folder.evaluations, `${stepStem(own.step)}-${own.name}`);
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
    ...{ numbers: storable(result.numbers), tables: result.tables ?? [], figures: result.figures ?? [], pictures },
  };
}

/** Of the choices alone, so that two runs under one protocol have the same. */
const protocolOf = async (name: string, options: Settings, card: Card): Promise<string> =>
  (await sha256([JSON.stringify([name, sorted(options), sorted(card)])])).slice(0, 10);

const sorted = (entries: object): unknown[] => Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
