/** A JEM on digits in the worker: it learns, says what it sees in a digit, and leads digits along its energy. */

import {
  compile,
  dispose,
  foldIn,
  fromArray,
  key as keyOf,
  loop,
  toArray,
  type Key,
  type NamedArrays,
  type Tensor,
  type Tree,
} from "../../../../engine/index.ts";
import { systems, type Settings, type Training } from "../../../../ebm/index.ts";
import type { Evaluated } from "../../../../ebm/evaluation/evaluated.ts";
import type { JemSettings } from "../../../../ebm/systems/jem.ts";
import { fitting } from "../../keeping.ts";
import type { Digits } from "./digits.ts";
import { PIXELS, SIDE, type Seen, type Way } from "./protocol.ts";

/** Held-out digits that a digit is compared with, at most. */
const HELD_OUT = 200;
/** Steps between two looks at a chain. */
export const STRIDE = 5;

/** Digits that are not learned from, and how the model does on such at one update. */
export interface HeldOut {
  /** `[n, 784]` flat */
  digits: Float32Array;
  labels: Uint8Array;
  energies: Float32Array;
  /** the share that is classified right */
  accuracy: number;
  step: number;
}

export class DigitModel {
  readonly #evaluated: () => Evaluated;
  readonly #look: ReturnType<typeof lookOf>;
  readonly #stride: ReturnType<typeof strideOf>;

  private constructor(
    readonly training: Training,
    readonly heldOut: HeldOut,
    /** of −log p(y | x) beside E(x) on the way to a class: what training gives it, 1 at least */
    readonly weight: number,
  ) {
    this.#evaluated = () => training.evaluated();
    this.#look = lookOf(this.#evaluated());
    this.#stride = strideOf(this.#evaluated());
  }

  /**
   * Opens the training at update 0, or with whatever `arrays` hold of a checkpoint; `training.prepare()` compiles what updates need.
   * How it does on what is held out may be `known`.
   */
  static async open(
    settings: Settings,
    digits: Digits,
    arrays: NamedArrays | null,
    known: Pick<HeldOut, "energies" | "accuracy"> | null = null,
  ): Promise<DigitModel> {
    const data = (_name: string, part: "train" | "test") => Promise.resolve(digits[part]);
    const training = await systems.jem.open(settings, { data }, { prepared: false });
    if (arrays !== null) training.restore(fitting(await training.checkpoint(), arrays));
    const items = await training.evaluated().open("test");
    const count = Math.min(HELD_OUT, items.count);
    const tensor = items.items(0, count);
    const held = (await toArray(tensor)).data as Float32Array;
    dispose(tensor);
    const heldOut = {
      ...{ digits: held, labels: items.labels!.slice(0, count) },
      ...(known ?? { energies: new Float32Array(0), accuracy: NaN }),
      step: known === null ? NaN : training.step,
    };
    const { yGivenX } = (settings as unknown as JemSettings).objective;
    return new DigitModel(training, heldOut, Math.max(1, yGivenX));
  }

  /** What the model sees in a digit `[784]`, and how it does on those held out. */
  async look(digit: Float32Array): Promise<{ seen: Seen; accuracy: number; energies: Float32Array }> {
    const { probabilities, energies: own } = await this.#see(digit);
    const { accuracy, energies } = await this.#held();
    const quantile = energies.reduce((sum, other) => sum + Number(other < own[0]), 0) / energies.length;
    return { seen: { probabilities, energy: own[0], quantile }, accuracy, energies };
  }

  /** How it does on what is held out, looked at again after an update. */
  async #held(): Promise<HeldOut> {
    const { heldOut, training } = this;
    if (heldOut.step === training.step) return heldOut;
    const { step } = training;
    const { probabilities, energies } = await this.#see(heldOut.digits);
    const right = energies.reduce((sum, _, at) => {
      const row = probabilities.subarray(10 * at, 10 * (at + 1));
      return sum + Number(row.indexOf(Math.max(...row)) === heldOut.labels[at]);
    }, 0);
    return Object.assign(heldOut, { energies, accuracy: right / energies.length, step });
  }

  /** p(y | x) `[n, 10]` and E(x) `[n]` of digits `[n, 784]` flat. */
  async #see(digits: Float32Array): Promise<{ probabilities: Float32Array; energies: Float32Array }> {
    const shape = [digits.length / PIXELS, 1, SIDE, SIDE];
    const x = fromArray({ dtype: "f32", shape, data: Float32Array.from(digits) });
    const results = this.#look(this.#evaluated().learned, x);
    const [probabilities, energies] = (await Promise.all(results.map(toArray))).map(({ data }) => data as Float32Array);
    dispose(x, results);
    return { probabilities, energies };
  }

  /** Walks on from a digit by `STRIDE` steps of the sampler of training, with the random numbers of the place on the way. */
  async stride({ kept, goal, seed, from }: Way, digit: Float32Array, steps: number): Promise<Float32Array> {
    const image = (data: Float32Array): Tensor =>
      fromArray({ dtype: "f32", shape: [1, 1, SIDE, SIDE], data: Float32Array.from(data) });
    const weights = Float32Array.from({ length: 10 }, (_, y) => (goal === y ? this.weight : 0));
    const given = [image(digit), image(from), image(kept), fromArray({ dtype: "f32", shape: [1, 10], data: weights })];
    const root = keyOf(seed);
    const key = foldIn(root, steps);
    const end = this.#stride(this.#evaluated().learned, given, key);
    const { data } = await toArray(end);
    dispose(given, key, root, end);
    return data as Float32Array;
  }

  /** The first chains of the replay buffer, `[n, 784]` flat; null where there is none. */
  async dreams(count: number): Promise<Float32Array | null> {
    const { memory } = this.#evaluated();
    if (memory === null) return null;
    const { data } = await toArray(memory as Tensor);
    return (data as Float32Array).slice(0, count * PIXELS);
  }

  dispose(): void {
    this.#look.dispose();
    this.#stride.dispose();
    this.training.dispose();
  }
}

/** p(y | x) and E(x). */
const lookOf = ({ energy, classifier }: Evaluated) =>
  compile((learned: Tree, x: Tensor) => [classifier!.logits(learned, x).softmax(), energy(learned, x)]);

/** Steps under E(x) − Σᵧ wᵧ log p(y | x) with weights `[1, 10]`: E(x) where all are 0, and E(x, y) where one is 1. */
const strideOf = ({ sampler, classifier }: Evaluated) =>
  compile((learned: Tree, [x, from, kept, weights]: readonly Tensor[], key: Key) => {
    const energy = (at: Tensor): Tensor => {
      const logits = classifier!.logits(learned, at);
      return logits.logSumExp(1).mul(weights.sum().sub(1)).sub(logits.mul(weights).sum(1));
    };
    return loop(
      STRIDE,
      (i, { state }) => {
        const next = sampler.step(foldIn(key, i), state, energy).state;
        return { state: { ...next, x: next.x.add(from.sub(next.x).mul(kept)) } };
      },
      { state: sampler.init(x, energy) },
    ).state.x;
  });
