/** The evaluations of a run: a JSON file for each, beside its pictures; what is there is never written again. */

import { list } from "#host";
import type { Card, Figure, Table } from "../../ebm/evaluation/evaluation.ts";
import type { Settings } from "../../ebm/settings.ts";
import { Failure } from "../failure.ts";
import { readText } from "../host/text.ts";
import type { RunFolder } from "./folder.ts";

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

/** All evaluations of a run, oldest checkpoint first; none where nothing was evaluated. */
export async function readEvaluations(folder: RunFolder): Promise<Evaluated[]> {
  const files = (await list(folder.evaluations)).filter((name) => name.endsWith(".json"));
  files.sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  return Promise.all(
    files.map(async (file) => {
      try {
        return JSON.parse((await readText(`${folder.evaluations}/${file}`)) ?? "") as Evaluated;
      } catch (error) {
        throw new Failure("data", `eval/${file}: ${(error as Error).message}`, { cause: error });
      }
    }),
  );
}
