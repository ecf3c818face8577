/** All that race, in the worker: their laps, how good they are, and what is kept of the race. */

import { compile, dispose, fromArray, grad, toArray, type Tensor } from "../../../../engine/index.ts";
import type { NamedArrays } from "../../../../engine/hostArray.ts";
import { energyOf, planarTargets, steinDiscrepancy, type Target } from "../../../../ebm/index.ts";
import { asPart, partOf } from "./parts.ts";
import type { Lap, Race } from "./protocol.ts";
import { racers } from "./racers.ts";
import { Runner } from "./runner.ts";

/** Draws that the Stein discrepancy looks at: it compares each with each. */
const COMPARED = 250;

export class Field {
  readonly runners: readonly Runner[];
  readonly #slopes: ReturnType<typeof slopesOf>;

  constructor(readonly race: Race) {
    const target = planarTargets[race.target];
    const chosen = racers.filter(({ name }) => race.racers.includes(name));
    this.runners = chosen.map((racer) => new Runner(racer, target, race));
    this.#slopes = slopesOf(target);
  }

  /** Steps that all samplers together have taken. */
  get step(): number {
    return this.runners.reduce((sum, { tally }) => sum + tally.steps, 0);
  }

  /** How good a sampler's draws are; null before there is enough to say. */
  async scores({ tally }: Runner): Promise<Lap["scores"]> {
    const scores = tally.scores();
    if (scores === null) return null;
    const draws = tally.sample(COMPARED);
    const { biased } = steinDiscrepancy(draws, await this.#slopes(draws), { dimensions: 2 });
    return { ...scores, ksd: Math.sqrt(biased) };
  }

  /** The race as it stands: from here on it takes the same course, bit for bit. */
  async checkpoint(): Promise<NamedArrays> {
    const parts = this.runners.map(async (runner) => asPart(runner.racer.name, await runner.checkpoint()));
    return Object.assign({}, ...(await Promise.all(parts))) as NamedArrays;
  }

  /** Goes on from a checkpoint. @throws FormatError for that of another race */
  restore(arrays: NamedArrays): void {
    for (const runner of this.runners) runner.restore(partOf(arrays, runner.racer.name));
  }

  dispose(): void {
    for (const runner of this.runners) runner.dispose();
    this.#slopes.dispose();
  }
}

/** ∇E at points `[n, 2]` flat. */
function slopesOf(target: Target) {
  const program = compile((x: Tensor) => grad(energyOf(target)(x).sum(), x));
  const slopes = async (points: Float32Array): Promise<Float32Array> => {
    const x = fromArray({ dtype: "f32", shape: [points.length / 2, 2], data: points });
    const slope = program(x);
    const { data } = await toArray(slope);
    dispose(x, slope);
    return data as Float32Array;
  };
  return Object.assign(slopes, { dispose: () => program.dispose() });
}
