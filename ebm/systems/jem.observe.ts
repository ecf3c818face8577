/** What there is to see of JEM besides what every model shows: how often it is right, and what it takes for which class. */

import {
  compile,
  dispose,
  foldIn,
  fromArray,
  iota,
  key,
  softmax,
  take,
  Tensor,
  toArray,
  type Key,
} from "../../engine/index.ts";
import type { Labelled } from "../data/labelled.ts";
import { accuracy, crossEntropy } from "../objectives/crossEntropy.ts";
import type { Program } from "../trainer.ts";
import type { Grid } from "../training.ts";
import type { JemData } from "./jem.data.ts";
import type { Reading } from "./jem.net.ts";
import { learnedOf, type Learned, type Model } from "./model.ts";
import { observer } from "./observe.ts";

/** Chains of the replay buffer that are looked through for each class. */
const SEARCHED = 400;
/** Images of a class that are shown, and the classes that are. */
const SHOWN = 10;
/** Seed of the noise on what is classified: the same at every look. */
const NOISE = 0;
/** Items that are read at a time. */
const AT_ONCE = 100;

type Read = (learned: Learned, x: Tensor) => Reading;

/** The observing half of the program; `watched` items of `held` are classified. */
export function jemObserver(
  model: Model,
  { classes, held }: Pick<JemData, "classes" | "held">,
  watched: number,
  read: Read,
): Pick<Program<Learned>, "observe" | "sample" | "dispose"> {
  const look = observer(model);
  const judge = compile((learned: Learned, x: Tensor, labels: Tensor, noise: Key) => {
    const { logits } = read(learned, model.noisy(x, noise));
    return { right: accuracy(logits, labels), entropy: crossEntropy(logits, labels) };
  });
  const classify = compile((learned: Learned, x: Tensor) => softmax(read(learned, x).logits, 1));

  /** Accuracy and cross-entropy on the first items held out, with the noise of training, the same at every look. */
  const judged = async (learned: Learned): Promise<Record<string, number>> => {
    const total = Math.min(watched, held.count);
    const sums = { right: 0, entropy: 0 };
    for (let start = 0; start < total; start += AT_ONCE) {
      const count = Math.min(AT_ONCE, total - start);
      const [x, labels] = [held.items(start, count), labelsOf(held, start, count)];
      const found = judge(learned, x, labels, foldIn(key(NOISE), start));
      sums.right += count * (await toArray(found.right)).data[0];
      sums.entropy += count * (await toArray(found.entropy)).data[0];
      dispose(x, labels, found);
    }
    return { accuracy_held_out: sums.right / total, cross_entropy_held_out: sums.entropy / total };
  };

  /** A row for each class: the chains of the buffer most surely taken for it; black where there are no more. */
  const byClass = async (learned: Learned, buffer: Tensor): Promise<Grid> => {
    const count = Math.min(SEARCHED, buffer.shape[0]);
    // Evenly spread over the buffer, which may fall into classes.
    const x = take(
      buffer,
      iota([count])
        .toFloat()
        .mul(buffer.shape[0] / count)
        .toIndex(),
    );
    const certainty = classify(learned, x);
    const [{ data: images }, { data: shares }] = await Promise.all([toArray(x), toArray(certainty)]);
    dispose(x, certainty);
    const [channels, height, width] = buffer.shape.slice(1);
    const [size, rows] = [channels * height * width, Math.min(SHOWN, classes.count)];
    const shown = new Float32Array(rows * SHOWN * size).fill(-1);
    for (let y = 0; y < rows; y++) {
      const share = (chain: number): number => Number(shares[chain * classes.count + y]);
      const taken = Array.from({ length: count }, (_, chain) => chain).filter((chain) =>
        isLargest(shares, chain, y, classes.count),
      );
      taken.sort((a, b) => share(b) - share(a));
      taken.slice(0, SHOWN).forEach((chain, column) => {
        const image = images.subarray(chain * size, (chain + 1) * size) as Float32Array;
        shown.set(image, (y * SHOWN + column) * size);
      });
    }
    return { name: "classes", images: shown, count: rows * SHOWN, channels, height, width, columns: SHOWN };
  };

  return {
    async observe(state, keys, step) {
      const seen = await look.observe(state, keys, step);
      const learned = learnedOf(state);
      const measures = { ...seen.measures, ...(await judged(learned)) };
      const pictures = state.memory instanceof Tensor && model.source.item.length > 1;
      return {
        ...seen,
        measures,
        grids: pictures ? [...seen.grids, await byClass(learned, state.memory as Tensor)] : seen.grids,
      };
    },
    sample: look.sample.bind(look),
    dispose() {
      look.dispose();
      judge.dispose();
      classify.dispose();
    },
  };
}

const labelsOf = ({ labels }: Labelled, start: number, count: number): Tensor =>
  fromArray({ dtype: "u32", shape: [count], data: Uint32Array.from(labels!.subarray(start, start + count)) });

/** Whether the class y has the largest of a row of shares. */
const isLargest = (shares: ArrayLike<number>, row: number, y: number, count: number): boolean => {
  const at = (other: number): number => shares[row * count + other];
  return Array.from({ length: count }, (_, other) => other).every((other) => at(other) <= at(y));
};
