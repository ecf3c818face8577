/** What is known of one sampler so far: where its draws fell, and how good they are. */

import type { HostArray, NamedArrays } from "../../../../engine/hostArray.ts";
import { acceptance, bulkEss, meanEss, meanError, rHat, type Draws, type Target } from "../../../../ebm/index.ts";
import { counts, floats } from "./parts.ts";

/** Steps at the start that count for nothing: the chains come from elsewhere. */
export const WARM_UP = 100;
/** Steps that the numbers are about, the last ones; the histograms know all since the warm-up. */
export const WINDOW = 500;
/** Bars of a histogram. */
export const BARS = 48;

/** What a stretch of steps was: `[steps, chains, …]` flat. */
export interface Stretch {
  steps: number;
  positions: Float32Array;
  /** of samplers that choose, else null */
  chances: Float32Array | null;
  accepted: Float32Array | null;
  seconds: number;
}

/** How good the draws of the window are; NaN where it cannot be said. */
export interface Scores {
  /** mean acceptance; null of samplers that do not choose */
  acceptance: number | null;
  /** the larger of both coordinates */
  rHat: number;
  /** effective draws of the coordinate that has fewer */
  ess: number;
  essPerSecond: number;
  /** for every thousand gradients of E; null of samplers that take none */
  essPerGradients: number | null;
  /** the moment that is furthest from the truth in standard errors */
  worst: { name: string; mean: number; is: number; error: number };
}

export class Tally {
  #steps = 0;
  readonly #counts: readonly Float64Array[];
  readonly #stretches: Stretch[] = [];

  constructor(
    readonly target: Target,
    readonly chains: number,
    readonly gradients: number,
  ) {
    this.#counts = target.ranges.map(() => new Float64Array(BARS));
  }

  get steps(): number {
    return this.#steps;
  }

  /** For each coordinate its histogram as a density. */
  get histograms(): Float32Array[] {
    const counted = Math.max(0, this.#steps - WARM_UP) * this.chains;
    return this.#counts.map((counts, axis) => {
      const [low, high] = this.target.ranges[axis];
      return Float32Array.from(counts, (count) => (counted === 0 ? 0 : (count * BARS) / (counted * (high - low))));
    });
  }

  add(stretch: Stretch): void {
    const first = Math.max(0, WARM_UP - this.#steps);
    this.#steps += stretch.steps;
    this.#count(stretch, first);
    if (first > 0) return;
    this.#stretches.push(stretch);
    while (this.#window() - this.#stretches[0].steps >= WINDOW) this.#stretches.shift();
  }

  #window(of: "steps" | "seconds" = "steps"): number {
    return this.#stretches.reduce((sum, stretch) => sum + stretch[of], 0);
  }

  /** All that it knows: the histograms, and the stretches of the window behind each other. */
  checkpoint(): NamedArrays {
    const of = (name: "positions" | "chances" | "accepted"): number[] =>
      this.#stretches.flatMap((stretch) => [...(stretch[name] ?? [])]);
    return {
      steps: counts([this.#steps]),
      counts: counts(this.#counts.flatMap((bars) => [...bars])),
      lengths: counts(this.#stretches.map(({ steps }) => steps)),
      seconds: floats(this.#stretches.map(({ seconds }) => seconds)),
      positions: floats(of("positions")),
      chances: floats(of("chances")),
      accepted: floats(of("accepted")),
    };
  }

  /** Goes back to what a checkpoint holds. */
  restore(arrays: NamedArrays): void {
    const { counts, lengths, seconds, positions, chances, accepted } = arrays;
    [this.#steps] = arrays.steps.data;
    this.#counts.forEach((own, axis) => own.set(counts.data.subarray(axis * BARS, (axis + 1) * BARS)));
    let begin = 0;
    this.#stretches.length = 0;
    lengths.data.forEach((steps, at) => {
      const end = begin + steps * this.chains;
      const rows = ({ data }: HostArray, each = 1) => (data as Float32Array).slice(each * begin, each * end);
      const chose = chances.data.length > 0;
      this.#stretches.push({
        ...{ steps, seconds: seconds.data[at], positions: rows(positions, 2) },
        ...{ chances: chose ? rows(chances) : null, accepted: chose ? rows(accepted) : null },
      });
      begin = end;
    });
  }

  #count({ steps, positions }: Stretch, first: number): void {
    this.#counts.forEach((counts, axis) => {
      const [low, high] = this.target.ranges[axis];
      for (let at = first * this.chains; at < steps * this.chains; at++) {
        const bar = Math.floor(((positions[2 * at + axis] - low) / (high - low)) * BARS);
        if (bar >= 0 && bar < BARS) counts[bar]++;
      }
    });
  }

  /** The draws of a function of the coordinates: for each chain those of the window. */
  #draws(of: (...at: readonly number[]) => number): Draws {
    const { chains } = this;
    return Array.from({ length: chains }, (_, chain) =>
      this.#stretches.flatMap(({ steps, positions }) =>
        Array.from({ length: steps }, (_, step) => {
          const at = 2 * (step * chains + chain);
          return of(positions[at], positions[at + 1]);
        }),
      ),
    );
  }

  /** Draws of the window, evenly spread over it: `[n, 2]` flat, `count` at most. */
  sample(count: number): Float32Array {
    const all = this.#stretches.flatMap(({ positions }) => [...positions]);
    const total = all.length / 2;
    const kept = Math.min(count, total);
    return Float32Array.from({ length: 2 * kept }, (_, i) => all[2 * Math.floor(((i >> 1) * total) / kept) + (i % 2)]);
  }

  /** Null before there is enough to say. */
  scores(): Scores | null {
    if (this.#window() < 40) return null;
    const axes = [this.#draws((x) => x), this.#draws((_x, y) => y)];
    const ess = Math.min(...axes.map(bulkEss));
    const taken = this.#window() * this.chains * this.gradients;
    return {
      acceptance: this.#acceptance(),
      rHat: Math.max(...axes.map(rHat)),
      ess,
      essPerSecond: ess / this.#window("seconds"),
      essPerGradients: this.gradients === 0 ? null : (1000 * ess) / taken,
      worst: this.#worst(),
    };
  }

  #acceptance(): number | null {
    if (this.#stretches.some(({ chances }) => chances === null)) return null;
    const all = (name: "chances" | "accepted") => this.#stretches.flatMap((stretch) => [...stretch[name]!]);
    return acceptance(all("chances"), all("accepted")).mean;
  }

  #worst(): Scores["worst"] {
    const found = this.target.moments.map(({ name, of, is }) => {
      const draws = this.#draws(of);
      const numbers = draws.flatMap((chain) => [...(chain as number[])]);
      const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
      return { name, mean, is, error: Number.isNaN(meanEss(draws)) ? NaN : meanError(draws) };
    });
    const away = ({ mean, is, error }: Scores["worst"]): number => Math.abs(mean - is) / error;
    return found.reduce((most, one) => (away(one) > away(most) || Number.isNaN(away(most)) ? one : most));
  }
}
