/** ebm data: the data sets, on this machine and elsewhere. */

import { relative } from "node:path";
import { columns } from "../columns.ts";
import { didYouMean } from "../config/suggest.ts";
import { bytesOf, type DataSet } from "../datasets/dataSet.ts";
import { findSet, inspect, type InspectedFile } from "../datasets/inspect.ts";
import { install } from "../datasets/install.ts";
import { foldersOf, type Places } from "../datasets/places.ts";
import { Failure, type Ending } from "../failure.ts";
import { transferProgress } from "../progress/transfer.ts";
import { say, warn, type World } from "../world.ts";

export interface DataOptions {
  data?: string;
}

/** Every data set in a line: whether it is here, where, how large, and what it is. */
export async function listData(world: World, options: DataOptions): Promise<Ending> {
  const folders = foldersOf(placesOf(world, options));
  const rows = await Promise.all(
    world.dataSets.map(async (set): Promise<string[]> => {
      const found = await findSet(set, folders);
      if (found === null) return [set.name, "-", `${megabytes(bytesOf(set))} to download`, set.about, ""];
      const where = shown(world, found.path);
      return [set.name, found.complete ? "here" : "in part", megabytes(found.bytes), set.about, where];
    }),
  );
  say(world, columns(rows).replace(/ +$/gm, ""));
  return "ok";
}

/** Downloads a data set into the first folder for data sets, after saying under which terms; complete ones are left alone. */
export async function getData(world: World, name: string, options: DataOptions): Promise<Ending> {
  const set = setOf(world, name);
  const [root] = foldersOf(placesOf(world, options));
  say(world, `${set.name}: ${set.about}\nlicence: ${set.licence}\nhomepage: ${set.homepage}`);
  const progress = transferProgress(world.stdout);
  try {
    const path = await install(set, root, {
      stop: world.stop,
      show: (file, done) => progress.show(file.name, done, file.bytes),
      tell: (line) => warn(world, `warning: ${line}`),
    });
    progress.end();
    say(world, `complete, in ${shown(world, path)}`);
    if (set.byHand !== null) say(world, `not included: ${set.byHand}`);
    return "ok";
  } catch (error) {
    progress.end();
    if (!world.stop.aborted) throw error;
    say(world, `stopped; ebm data get ${set.name} goes on from there`);
    return "interrupted";
  }
}

/** Compares the files of one data set, or of all that are here, with their checksums. */
export async function verifyData(world: World, name: string | undefined, options: DataOptions): Promise<Ending> {
  const folders = foldersOf(placesOf(world, options));
  const damaged: string[] = [];
  for (const set of name === undefined ? world.dataSets : [setOf(world, name)]) {
    const found = await findSet(set, folders);
    if (found === null) {
      if (name === undefined) continue;
      throw new Failure(
        "data",
        `${set.name}: not here, looked in ${folders.join(" and ")}; "ebm data get ${set.name}"`,
      );
    }
    const files = await inspect(set, found.path);
    say(world, `${set.name}, in ${shown(world, found.path)}\n${columns(files.map(rowOf)).replace(/ +$/gm, "")}`);
    damaged.push(...files.filter(({ state }) => state === "damaged").map((file) => `${set.name}/${file.name}`));
  }
  if (damaged.length > 0)
    throw new Failure("data", `not what they should be: ${damaged.join(", ")}; "ebm data get" replaces them`);
  return "ok";
}

const words: Readonly<Record<InspectedFile["state"], string>> = {
  right: "right",
  known: "not the original",
  damaged: "damaged",
  missing: "missing",
};

const rowOf = ({ name, state, about }: InspectedFile): string[] => [`  ${name}`, words[state], about];

/** The data set of this name; throws a Failure that suggests one. */
export function setOf({ dataSets }: World, name: string): DataSet {
  const set = dataSets.find((one) => one.name === name);
  if (set !== undefined) return set;
  const names = dataSets.map((one) => one.name);
  throw new Failure("usage", `no data set "${name}"${didYouMean(name, names, `there are ${names.join(", ")}`)}`);
}

export const placesOf = ({ env, cwd }: World, { data }: DataOptions): Places => ({ data: data ?? null, env, cwd });

/** A path from where the person is, unless that leads up and away. */
function shown({ cwd }: World, path: string): string {
  const near = relative(cwd, path);
  return near.startsWith("..") ? path : near;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
