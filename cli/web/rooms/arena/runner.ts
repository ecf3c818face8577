/** One sampler on one target, in the worker: its chains, lap by lap. */

import {
  compile,
  dispose,
  foldIn,
  fromArray,
  key as keyOf,
  toArray,
  type Key,
  type Plan,
  type Tensor,
} from "../../../../engine/index.ts";
import type { NamedArrays } from "../../../../engine/hostArray.ts";
import { keyOf as wordsOf, randomBits } from "../../../../engine/random/threefry.ts";
import { uniformFromBits } from "../../../../engine/random/uniform.ts";
import { energyOf, trajectory, type Chains, type Report, type Sampler, type Target } from "../../../../ebm/index.ts";
import { namedArrays, treeFrom } from "../../../../nn/parameters.ts";
import { asPart, counts, floats, partOf } from "./parts.ts";
import type { Lap, Race } from "./protocol.ts";
import type { Racer } from "./racers.ts";
import { Tally } from "./tally.ts";

/** Steps of a lap, unless one is asked for. */
export const LAP = 8;

export class Runner {
  readonly tally: Tally;
  readonly #programs = new Map<number, ReturnType<typeof compiledLap>>();
  readonly #key: Key;
  #state: Chains | null = null;
  #positions: Float32Array;
  #laps = 0;

  constructor(
    readonly racer: Racer,
    readonly target: Target,
    readonly race: Race,
  ) {
    this.tally = new Tally(target, race.chains, racer.gradients);
    // The same for all samplers, so that they meet the same chances.
    this.#key = keyOf(race.seed);
    this.#positions = startsOf(target, race);
  }

  /** The plan of so many steps, none of which is taken. */
  trace(steps: number): Plan {
    const program = this.#programOf(steps);
    this.#state ??= this.#begun();
    return program.trace(this.#state, this.#key, this.race.stepSize, this.race.noise);
  }

  /** So many steps. They are timed without the compilation of shaders, and with the reading back. */
  async lap(steps: number): Promise<Omit<Lap, "scores">> {
    const { stepSize, noise } = this.race;
    const program = this.#programOf(steps);
    this.#state ??= this.#begun();
    const key = foldIn(this.#key, this.#laps++);
    await program.prepare(this.#state, key, stepSize, noise);
    const began = performance.now();
    const { state, ...kept } = program(this.#state, key, stepSize, noise);
    this.#state = state;
    const read = [kept.positions, kept.proposed, ...kept.choice].map(numbersOf);
    const [positions, proposed, chances = null, accepted = null] = await Promise.all(read);
    const seconds = (performance.now() - began) / 1000;
    dispose(key, kept);
    const before = this.#positions;
    this.#positions = positions.slice(-before.length);
    this.tally.add({ steps, positions, chances, accepted, seconds });
    const { histograms } = this.tally;
    return { steps: this.tally.steps, before, positions, proposed, accepted, histograms };
  }

  /** Where it stands, without a step. */
  get present(): Omit<Lap, "scores"> {
    const none = new Float32Array(0);
    const { steps, histograms } = this.tally;
    return { steps, before: this.#positions, positions: none, proposed: none, accepted: null, histograms };
  }

  /** All that the next laps depend on, and what the tally knows. */
  async checkpoint(): Promise<NamedArrays> {
    this.#state ??= this.#begun();
    return {
      laps: counts([this.#laps]),
      positions: floats([...this.#positions]),
      ...asPart("tally", this.tally.checkpoint()),
      ...(await namedArrays(this.#state, "state")),
    };
  }

  /** Goes back to where a checkpoint was taken. @throws FormatError where that is of another sampler */
  restore(arrays: NamedArrays): void {
    this.#state ??= this.#begun();
    const state = treeFrom(this.#state, asPart("state", partOf(arrays, "state")), "state");
    dispose(this.#state);
    this.#state = state;
    [this.#laps] = arrays.laps.data;
    this.#positions = arrays.positions.data as Float32Array;
    this.tally.restore(partOf(arrays, "tally"));
  }

  dispose(): void {
    dispose(this.#key, ...(this.#state === null ? [] : [this.#state]));
    for (const program of this.#programs.values()) program.dispose();
  }

  #programOf(steps: number): ReturnType<typeof compiledLap> {
    const program = this.#programs.get(steps) ?? compiledLap(this.racer, this.target, steps);
    this.#programs.set(steps, program);
    return program;
  }

  #begun(): Chains {
    const { racer, target, race } = this;
    const begin = compile((x: Tensor, stepSize: Tensor, noise: Tensor) =>
      racer.sampler(stepSize, noise).init(x, energyOf(target)),
    );
    const x = fromArray({ dtype: "f32", shape: [race.chains, 2], data: this.#positions });
    const state = begin(x, race.stepSize, race.noise);
    dispose(x);
    begin.dispose();
    return state;
  }
}

/** The walk of so many steps from a state, with all that is seen of it. */
const compiledLap = (racer: Racer, target: Target, steps: number) =>
  compile(
    (state: Chains, key: Key, stepSize: Tensor, noise: Tensor) => {
      const sampler = racer.sampler(stepSize, noise) as Sampler<Chains, Report>;
      const kept = trajectory(sampler, energyOf(target), state, { records: steps }, key);
      const { acceptance, accepted } = kept.means;
      const choice: Tensor[] = sampler.reports.includes("accepted") ? [acceptance, accepted] : [];
      return { state: kept.state, positions: kept.x, proposed: kept.proposed, choice };
    },
    { donate: [0] },
  );

const numbersOf = async (tensor: Tensor): Promise<Float32Array> => (await toArray(tensor)).data as Float32Array;

/** Anywhere in the middle half of what is shown: `[chains, 2]` flat, wider apart than the target mostly is. */
function startsOf({ ranges }: Target, { chains, seed }: Race): Float32Array {
  const key = wordsOf(seed);
  return Float32Array.from({ length: 2 * chains }, (_, i) => {
    const [low, high] = ranges[i % 2];
    return (low + high) / 2 + (uniformFromBits(randomBits(key, i)) - 0.5) * (high - low) * 0.5;
  });
}
