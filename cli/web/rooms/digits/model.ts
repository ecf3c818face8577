/** A JEM on digits in the worker: it learns, says what it sees in a digit, and leads digits along its energy. */

import {
  compile,
  concat,
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
import type { Digits } from "./digits.ts";
import { PIXELS, SIDE, type Seen, type Way } from "./protocol.ts";

/** Held-out digits that a digit is compared with. */
export const HELD_OUT = 200;
/** Steps between two looks at a chain. */
export const STRIDE = 5;
/** What is added to the logits of classes that are not the goal. */
const NEVER = -1e9;

export class DigitModel {
  readonly #evaluated: () => Evaluated;
  readonly #look: ReturnType<typeof lookOf>;
  readonly #stride: ReturnType<typeof strideOf>;

  private constructor(
    readonly training: Training,
    readonly digits: Digits,
    readonly heldOut: { digits: Float32Array; labels: Uint8Array; tensor: Tensor },
  ) {
    this.#evaluated = () => training.evaluated();
    this.#look = lookOf(this.#evaluated());
    this.#stride = strideOf(this.#evaluated());
  }

  /** Opens the training at update 0, or where a checkpoint stands; `training.prepare()` compiles what updates need. */
  static async open(settings: Settings, digits: Digits, arrays: NamedArrays | null): Promise<DigitModel> {
    const data = (_name: string, part: "train" | "test") => Promise.resolve(digits[part]);
    const training = await systems.jem.open(settings, { data }, { prepared: false });
    if (arrays !== null) training.restore(arrays);
    const items = await training.evaluated().open("test");
    const tensor = items.items(0, HELD_OUT);
    const held = (await toArray(tensor)).data as Float32Array;
    return new DigitModel(training, digits, { digits: held, labels: items.labels!.slice(0, HELD_OUT), tensor });
  }

  /** What the model sees in a digit `[784]`, and how it does on those held out. */
  async look(digit: Float32Array): Promise<{ seen: Seen; accuracy: number; energies: Float32Array }> {
    const x = fromArray({ dtype: "f32", shape: [1, 1, SIDE, SIDE], data: Float32Array.from(digit) });
    const results = this.#look(this.#evaluated().learned, x, this.heldOut.tensor);
    const [probabilities, all] = (await Promise.all(results.map(toArray))).map(({ data }) => data as Float32Array);
    dispose(x, results);
    const energies = all.slice(1);
    const energy = all[0];
    const quantile = energies.reduce((sum, other) => sum + Number(other < energy), 0) / HELD_OUT;
    const right = energies.reduce((sum, _, at) => {
      const row = probabilities.subarray(10 * (at + 1), 10 * (at + 2));
      return sum + Number(row.indexOf(Math.max(...row)) === this.heldOut.labels[at]);
    }, 0);
    const seen = { probabilities: probabilities.slice(0, 10), energy, quantile };
    return { seen, accuracy: right / HELD_OUT, energies };
  }

  /** Walks on from a digit by `STRIDE` steps of the sampler of training, with the random numbers of the place on the way. */
  async stride({ kept, goal, seed, from }: Way, digit: Float32Array, steps: number): Promise<Float32Array> {
    const image = (data: Float32Array): Tensor =>
      fromArray({ dtype: "f32", shape: [1, 1, SIDE, SIDE], data: Float32Array.from(data) });
    const bias = Float32Array.from({ length: 10 }, (_, y) => (goal === null || goal === y ? 0 : NEVER));
    const given = [image(digit), image(from), image(kept), fromArray({ dtype: "f32", shape: [1, 10], data: bias })];
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
    dispose(this.heldOut.tensor);
    this.training.dispose();
  }
}

/** p(y | x) `[1 + n, 10]` and E(x) `[1 + n]` of a digit and of others after it, in one batch. */
const lookOf = ({ energy, classifier }: Evaluated) =>
  compile((learned: Tree, x: Tensor, others: Tensor) => {
    const all = concat([x, others]);
    return [classifier!.logits(learned, all).softmax(), energy(learned, all)];
  });

/** Steps under −log Σ exp(logits + bias), which is E(x) without a bias, and E(x, y) where all other classes are shut out. */
const strideOf = ({ sampler, classifier }: Evaluated) =>
  compile((learned: Tree, [x, from, kept, bias]: readonly Tensor[], key: Key) => {
    const energy = (at: Tensor): Tensor => classifier!.logits(learned, at).add(bias).logSumExp(1).neg();
    return loop(
      STRIDE,
      (i, { state }) => {
        const next = sampler.step(foldIn(key, i), state, energy).state;
        return { state: { ...next, x: next.x.add(from.sub(next.x).mul(kept)) } };
      },
      { state: sampler.init(x, energy) },
    ).state.x;
  });
