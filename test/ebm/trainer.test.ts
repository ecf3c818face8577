/** The one training loop, with a program that only tells what it is given. */

import { expect, test } from "vitest";
import "../engine/opened.ts";
import { evaluate, foldIn, fromArray, key, uniform, zeros, type Key, type Tensor } from "../../engine/index.ts";
import { openTraining, type Program } from "../../ebm/index.ts";
import { streams } from "../../ebm/trainer.ts";

type Told = { count: Tensor; first: Tensor };

const nothing = { measures: {}, grids: [], landscapes: [] };

/** Its numbers are one draw of every stream, the rate, what was fed, and a count. */
const telling: Program<Told> = {
  initial: (from) => ({ count: zeros([1]), first: uniform(from, [1]) }),
  feed: (keys) => [fromArray({ dtype: "f32", shape: [1], data: Float32Array.of(drawn(keys.data)) })],
  levels: (update) => ({ rate: 10 + update }),
  nets: {},
  storage: "f32",
  skips: false,
  update({ count, first }, [fed], keys, { rate }) {
    const one = (from: Key) => uniform(from, [1]);
    const numbers = {
      data: one(keys.data),
      start: one(keys.start),
      walk: one(keys.walk),
      rate,
      fed,
      first,
      count,
    };
    return { state: { count: count.add(1), first }, numbers };
  },
  observe: () => Promise.resolve(nothing),
  sample: () => Promise.resolve(nothing),
  record: () => Promise.resolve([]),
  explore: () => {
    throw new Error("there is nothing to explore");
  },
  evaluated: () => {
    throw new Error("there is nothing to evaluate");
  },
  dispose: () => undefined,
};

/** The first uniform number of a key. */
const drawn = (from: Key): number => Number(evaluate([uniform(from, [1])], new Map())[0].data[0]);

test("an update has the keys of its stream and step, its rate, what was fed for it, and the state of the last one", async () => {
  const training = await openTraining(telling, 99);
  for (let update = 0; update < 4; update++) await training.update();
  const rows = await training.metrics({ final: true });
  const stream = (name: keyof typeof streams, update: number) => drawn(foldIn(foldIn(key(99), streams[name]), update));
  expect(rows).toEqual(
    [0, 1, 2, 3].map((update) => ({
      ...{ step: update + 1, learning_rate: 10 + update, rate: 10 + update, count: update },
      ...{ data: stream("data", update), start: stream("start", update), walk: stream("walk", update) },
      ...{ fed: stream("data", update), first: drawn(foldIn(key(99), streams.init)) },
    })),
  );
  const draws = rows.flatMap(({ data, start, walk }) => [data, start, walk]);
  expect(new Set(draws).size).toBe(12);
  training.dispose();
});

test("openTraining refuses a state in which two parts are one tensor, since each is updated in place", async () => {
  const shared: Program<Told> = {
    ...telling,
    initial: () => {
      const both = fromArray({ dtype: "f32", shape: [1], data: Float32Array.of(0) });
      return { count: both, first: both };
    },
  };
  await expect(openTraining(shared, 1)).rejects.toThrow('openTraining: "first" is the same tensor');
});

test("a failure of the host's feed is that of the update, which then has not happened", async () => {
  let fail = false;
  const failing: Program<Told> = {
    ...telling,
    feed(keys) {
      if (fail) throw new Error("no data today");
      return telling.feed(keys);
    },
  };
  const training = await openTraining(failing, 1);
  fail = true;
  await expect(training.update()).rejects.toThrow("no data today");
  fail = false;
  await training.update();
  expect((await training.metrics({ final: true })).map(({ step, count }) => [step, count])).toEqual([[1, 0]]);
  training.dispose();
});
