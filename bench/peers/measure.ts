/** Measures a workload in every library: first whether all compute the same, then in turn, how long it takes. */

import { median } from "../measure.ts";
import type { NamedArrays } from "../../engine/index.ts";
import type { Inputs, Library, Peer, Work, Workload } from "./workload.ts";

/**
 * Rounds over all libraries, the least time a library gets in each, the time after which it gets no more, and the longest that a run may
 * take, in milliseconds.
 */
export interface Effort {
  rounds: number;
  time: number;
  cap: number;
  longest: number;
}

/** What came of one library; times are milliseconds per unit. */
export type Outcome =
  | {
      library: Library;
      version: string;
      median: number;
      best: number;
      /** The first run, which compiles shaders, in milliseconds. */
      first: number;
      samples: number;
      /** The largest difference from ours, as a share of the largest number in the array. */
      difference: number;
    }
  | { library: Library; version: string; missing: string };

interface Entrant {
  library: Library;
  version: string;
  work: Work;
  first: number;
  difference: number;
  runs: number[];
}

/**
 * `known` holds the best run of earlier workloads, by their name and the library, and takes those of this one. A library
 * that fails, or whose run would take too long, is reported with the reason.
 */
export async function measure(
  workload: Workload,
  peers: ReadonlyMap<Library, Peer>,
  { rounds, time, cap, longest }: Effort,
  known: Map<string, number>,
): Promise<Outcome[]> {
  const inputs = await workload.inputs();
  const missing: Outcome[] = [];
  const entrants: Entrant[] = [];
  let expected: NamedArrays | null = null;
  for (const [library, peer] of peers) {
    if (workload.implementations[peer.runs] === undefined) continue;
    const { version } = peer;
    const estimate = estimated(workload, library, known);
    if (estimate > longest) {
      missing.push({ library, version, missing: `left out, it would take about ${Math.round(estimate / 1000)} s` });
      continue;
    }
    try {
      const { work, first, results } = await opened(peer, workload, inputs);
      expected ??= results;
      const difference = largestDifference(results, expected, workload.compares ?? (() => true));
      entrants.push({ library, version, work, first, difference, runs: [] });
    } catch (error) {
      missing.push({ library, version, missing: error instanceof Error ? error.message : String(error) });
    }
  }
  for (let round = 1; round <= rounds; round++)
    for (const { runs, work } of entrants) await take(work, runs, time, cap);
  for (const { work } of entrants) await work.dispose();
  const measured = entrants.map(({ library, version, first, difference, runs }): Outcome => {
    const best = Math.min(...runs);
    known.set(`${workload.name} ${library}`, best);
    const { units } = workload;
    return {
      library,
      version,
      median: median(runs) / units,
      best: best / units,
      first,
      samples: runs.length,
      difference,
    };
  });
  return [...measured, ...missing];
}

/** A library's work, run once and read once. */
async function opened(peer: Peer, { implementations }: Workload, inputs: Inputs) {
  const work = await peer.open(implementations[peer.runs] as never, inputs);
  const first = await work.run();
  return { work, first, results: await work.results() };
}

/** One round of a library: a run, and more of them until the time is over, unless it had its share. */
async function take(work: Work, runs: number[], time: number, cap: number): Promise<void> {
  const spent = runs.reduce((a, b) => a + b, 0);
  if (runs.length > 0 && spent + spent / runs.length > cap) return;
  for (let elapsed = 0; elapsed < time;) {
    const run = await work.run();
    runs.push(run);
    elapsed += run;
  }
}

/** Milliseconds that a run will take, judged by an earlier workload; 0 where nothing is known. */
function estimated({ like }: Workload, library: Library, known: ReadonlyMap<string, number>): number {
  return like === undefined ? 0 : (known.get(`${like.name} ${library}`) ?? 0) * like.times;
}

/** Throws where an array misses or has another shape; a NaN differs from everything. */
function largestDifference(got: NamedArrays, expected: NamedArrays, compares: (name: string) => boolean): number {
  return Math.max(
    ...Object.entries(expected)
      .filter(([name]) => compares(name))
      .map(([name, { data, shape }]) => {
        if (String(got[name]?.shape) !== String(shape))
          throw new Error(`${name}: shapes differ, [${got[name]?.shape.join(", ")}] and [${shape.join(", ")}] (ours)`);
        let [difference, largest] = [0, 0];
        got[name].data.forEach((value, index) => {
          const off = Math.abs(value - data[index]);
          difference = Number.isNaN(off) ? Infinity : Math.max(difference, off);
          largest = Math.max(largest, Math.abs(data[index]));
        });
        return difference === 0 ? 0 : difference / largest;
      }),
  );
}
