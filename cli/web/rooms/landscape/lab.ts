/** One training in the worker, and everything that the page shows of it. */

import type { NamedArrays } from "../../../../engine/hostArray.ts";
import {
  drawsOf,
  systems,
  type Explorer,
  type MetricsRow,
  type Training,
  type WalkingChains,
} from "../../../../ebm/index.ts";
import { kernelDensity } from "../../../../ebm/measures/kernelDensity.ts";
import { klDivergence, normaliseOnGrid } from "../../../../ebm/measures/kl.ts";
import { bulkEss } from "../../../../ebm/measures/effectiveDraws.ts";
import type { ModelSettings } from "../../../../ebm/systems/model.ts";
import { fitting } from "../../keeping.ts";
import { spiral } from "./own.ts";
import { planeOf, type Plane } from "./plane.ts";
import type { Frame, Model } from "./protocol.ts";

/** Ends of rounds that make the short-run density: with 400, the kernels alone would be 0.5 nats from four rings, with 1200 0.2. */
const ENDS = 1200;
/** Frames between two densities of chains that walk on for ever. */
const FRAMES_PER_LOOK = 12;

/** Places of the chains that effective draws are counted on. */
const TRACE = 60;

/** What a look adds to a frame. */
export type Look = Pick<Frame, "chains" | "proposed" | "model" | "shortrun" | "measures">;

export class Lab {
  readonly #plane: Plane;
  readonly #settings: ModelSettings;
  readonly #explorer: Explorer;
  readonly #chains: WalkingChains;
  /** Ends of the last rounds, oldest first. */
  readonly #ends: Float32Array[] = [];
  /** Where the chains have been since their start, a place for each frame, the newest of them. */
  readonly #trace: Float32Array[] = [];
  readonly #stride: number;
  #frames = 0;
  ready = false;

  private constructor(
    readonly model: Model,
    readonly training: Training,
    framesPerRound: number,
  ) {
    this.#settings = model.settings as unknown as ModelSettings;
    this.#plane = planeOf(model.settings, model.points);
    this.#explorer = training.explore();
    const { batch, sampler } = this.#settings;
    this.#stride = strideOf(sampler.steps, framesPerRound);
    // As many as in training, so that both walk with the same shaders.
    this.#chains = this.#explorer.chains({ count: batch, stride: this.#stride, seed: 1 });
  }

  /** Opens a training, with as much of `kept` as fits it; a round of chains takes at least so many frames. It can be looked at at once, and updated once it is `ready`. */
  static async open(model: Model, kept: NamedArrays | null, framesPerRound: number): Promise<Lab> {
    const context = {
      data: (name: string) => Promise.reject(new RangeError(`data.name: this page has points only, got "${name}"`)),
      points: () => Promise.resolve(model.points ?? spiral),
    };
    const training = await systems[model.system].open(model.settings, context, { prepared: false });
    if (kept !== null) training.restore(fitting(await training.checkpoint(), kept));
    return new Lab(model, training, framesPerRound);
  }

  /** Compiles what updates need. */
  async prepare(): Promise<void> {
    await this.training.prepare();
    this.ready = true;
  }

  /** One update, and the numbers that have arrived. */
  async update(options: { final: boolean }): Promise<MetricsRow[]> {
    await this.training.update();
    return this.training.metrics(options);
  }

  /** Moves the chains by a stride unless they rest, and looks; at the landscape only `with` it. */
  async look(options: { walk: boolean; landscape: boolean; long: boolean }): Promise<Look> {
    const chains = this.#chains;
    const { steps } = this.#settings.sampler;
    if (options.walk && chains.steps >= steps && !options.long) chains.restart();
    else if (options.walk) chains.walk();
    const positions = await chains.positions();
    const moves = await chains.moves();
    const measures: Record<string, number> = {};
    if (moves !== null && options.walk) measures.acceptance_shown = moves.acceptance;
    if (options.walk) this.#follow(positions);

    let model: Float32Array | null = null;
    if (options.landscape) {
      const energies = await this.#explorer.energies(this.#plane.points);
      const logDensity = normaliseOnGrid(
        Float64Array.from(energies, (energy) => -energy),
        this.#plane.cell,
      );
      if (this.#plane.own === null) measures.kl_true_model = klDivergence(this.#plane.truth, logDensity);
      model = Float32Array.from(logDensity);
    }

    let shortrun: Float32Array | null = null;
    const finished = options.walk && chains.steps === steps;
    const due = options.walk && options.long && this.#frames++ % FRAMES_PER_LOOK === 0;
    if (finished) this.#ends.push(positions);
    if ((this.#ends.length - 1) * this.#settings.batch >= ENDS) this.#ends.shift();
    if (finished && !options.long) {
      const density = this.#densityOf(this.#ends);
      if (this.#plane.own === null) measures.kl_true_shortrun = klDivergence(this.#plane.truth, density);
      shortrun = Float32Array.from(density);
    } else if (due) {
      const density = this.#densityOf([positions]);
      if (this.#plane.own === null) measures.kl_true_longrun = klDivergence(this.#plane.truth, density);
      shortrun = Float32Array.from(density);
    }
    if (finished || due) Object.assign(measures, this.#effective());
    return { chains: { positions, steps: chains.steps }, proposed: moves?.proposed ?? null, model, shortrun, measures };
  }

  /** Gives up the training. Returns its checkpoint, for the next to go on from. */
  async close(): Promise<NamedArrays> {
    const checkpoint = await this.training.checkpoint();
    this.dispose();
    return checkpoint;
  }

  dispose(): void {
    this.#chains.dispose();
    this.#explorer.dispose();
    this.training.dispose();
  }

  /** Remembers where the chains are, from their start on. */
  #follow(positions: Float32Array): void {
    if (this.#chains.steps === 0) this.#trace.length = 0;
    this.#trace.push(positions);
    if (this.#trace.length > TRACE) this.#trace.shift();
  }

  /** How many independent draws the chains are worth for each of their steps, in the worse of both coordinates. */
  #effective(): { ess?: number } {
    const chains = this.#settings.batch;
    if (this.#trace.length < 8) return {};
    const places = this.#trace.flatMap((positions) => [...positions]);
    const draws = [0, 1].map((coordinate) => bulkEss(drawsOf(places, chains, { size: 2, coordinate })));
    const steps = chains * (this.#trace.length - 1) * this.#stride;
    return { ess: (1000 * Math.min(...draws)) / steps };
  }

  /** The log-density of smoothed samples; nowhere any density if they have run away or collapsed. */
  #densityOf(sets: readonly Float32Array[]): Float64Array {
    const { points, cell } = this.#plane;
    const samples = sets.flatMap((set) => [...set]);
    try {
      if (samples.every(Number.isFinite))
        return normaliseOnGrid(kernelDensity(samples, this.#settings.landscape.bandwidth)(points), cell);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
    return new Float64Array(points.length / 2).fill(NaN);
  }
}

/** The largest divisor of `steps` with which a round takes at least so many frames; then every round ends after exactly `steps`. */
function strideOf(steps: number, frames: number): number {
  let stride = Math.max(1, Math.floor(steps / frames));
  while (steps % stride !== 0) stride--;
  return stride;
}
