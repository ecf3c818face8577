/** Optimisers against plain float64 transcriptions of their formulas, in the reference, eager, and compiled with donation. */

import { expect, test } from "vitest";
import {
  compile,
  fromArray,
  leavesOf,
  reference,
  scope,
  tensor,
  tensorsOf,
  toArray,
  type HostArray,
  type Tensor,
  type Tree,
} from "../../../engine/index.ts";
import { adam, adamW, changing, clipByNorm, grouped, rmsprop, sgd, taper, type Optimizer } from "../../../nn/index.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";

/** Parameters, and slopes and rates for five updates. */
const first = { weight: draw(1, [3, 2]), bias: draw(2, [4]) };
const slopes = [3, 4, 5, 6, 7].map((seed) => ({ weight: draw(seed, [3, 2]), bias: draw(seed + 10, [4]) }));
const rates = [0.1, 0.1, 0.05, 0.02, 0.01];

type Rule = () => (p: number, slope: number, rate: number) => number;

/** SGD as PyTorch documents it, for one number. */
const plainSgd =
  (momentum: number): Rule =>
  () => {
    let direction = 0;
    return (p, slope, rate) => {
      direction = momentum * direction + slope;
      return p - rate * direction;
    };
  };

/** Algorithm 1 of Kingma & Ba 2015, for one number. */
const plainAdam =
  (beta1: number, beta2: number, epsilon: number): Rule =>
  () => {
    let [t, m, v] = [0, 0, 0];
    return (p, slope, rate) => {
      t++;
      m = beta1 * m + (1 - beta1) * slope;
      v = beta2 * v + (1 - beta2) * slope ** 2;
      return p - (rate * (m / (1 - beta1 ** t))) / (Math.sqrt(v / (1 - beta2 ** t)) + epsilon);
    };
  };

/** Slopes with the decay of a penalty added, before another rule. */
const plainDecay =
  (weightDecay: number, rule: Rule): Rule =>
  () => {
    const step = rule();
    return (p, slope, rate) => step(p, slope + weightDecay * p, rate);
  };

/** Nesterov's momentum as PyTorch writes it. */
const plainNesterov =
  (momentum: number): Rule =>
  () => {
    let direction = 0;
    return (p, slope, rate) => {
      direction = momentum * direction + slope;
      return p - rate * (slope + momentum * direction);
    };
  };

/** Algorithm 2 of Loshchilov & Hutter 2019, with the rate as its schedule multiplier too. */
const plainAdamW =
  (weightDecay: number): Rule =>
  () => {
    const step = plainAdam(0.9, 0.999, 1e-8)();
    return (p, slope, rate) => step(p - rate * weightDecay * p, slope, rate);
  };

/** RMSprop as PyTorch documents it, for one number. */
const plainRmsprop =
  (alpha: number, epsilon: number, momentum: number, centered: boolean): Rule =>
  () => {
    let [v, mean, direction] = [0, 0, 0];
    return (p, slope, rate) => {
      v = alpha * v + (1 - alpha) * slope ** 2;
      mean = alpha * mean + (1 - alpha) * slope;
      direction = momentum * direction + slope / (Math.sqrt(v - (centered ? mean ** 2 : 0)) + epsilon);
      return p - rate * direction;
    };
  };

const plainTaper: Rule = () => (p, slope, rate) => p - (rate * 2 * slope) / (1 + slope ** 2);

const rows: { name: string; optimizer: Optimizer; rule: Rule }[] = [
  { name: "sgd()", optimizer: sgd(), rule: plainSgd(0) },
  { name: "sgd({ momentum: 0.9 })", optimizer: sgd({ momentum: 0.9 }), rule: plainSgd(0.9) },
  { name: "adam()", optimizer: adam(), rule: plainAdam(0.9, 0.999, 1e-8) },
  {
    name: "adam({ betas: [0, 0.9], epsilon: 0.01 })",
    optimizer: adam({ betas: [0, 0.9], epsilon: 0.01 }),
    rule: plainAdam(0, 0.9, 0.01),
  },
  { name: "sgd({ weightDecay: 0.1 })", optimizer: sgd({ weightDecay: 0.1 }), rule: plainDecay(0.1, plainSgd(0)) },
  {
    name: "sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.1 })",
    optimizer: sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
    rule: plainDecay(0.1, plainNesterov(0.9)),
  },
  {
    name: "adam({ weightDecay: 0.1 })",
    optimizer: adam({ weightDecay: 0.1 }),
    rule: plainDecay(0.1, plainAdam(0.9, 0.999, 1e-8)),
  },
  { name: "adamW({ weightDecay: 0.3 })", optimizer: adamW({ weightDecay: 0.3 }), rule: plainAdamW(0.3) },
  { name: "rmsprop({ alpha: 0.9 })", optimizer: rmsprop({ alpha: 0.9 }), rule: plainRmsprop(0.9, 1e-8, 0, false) },
  {
    name: "rmsprop({ epsilon: 0.1, momentum: 0.5, centered: true, weightDecay: 0.1 })",
    optimizer: rmsprop({ epsilon: 0.1, momentum: 0.5, centered: true, weightDecay: 0.1 }),
    rule: plainDecay(0.1, plainRmsprop(0.99, 0.1, 0.5, true)),
  },
  { name: "changing(taper, sgd())", optimizer: changing(taper, sgd()), rule: plainTaper },
  {
    name: "grouped() of one group at half the rate",
    optimizer: grouped({ all: { takes: () => true, optimizer: adam(), rate: 0.5 } }),
    rule: () => {
      const step = plainAdam(0.9, 0.999, 1e-8)();
      return (p, slope, rate) => step(p, slope, rate / 2);
    },
  },
];

/** All parameters after five updates, by the plain rule. */
function transcribed(rule: Rule): number[] {
  return (["weight", "bias"] as const).flatMap((name) =>
    Array.from(first[name].data, (start, at) => {
      const step = rule();
      return slopes.reduce((p, slope, update) => step(p, slope[name].data[at], rates[update]), start);
    }),
  );
}

const tensors = (tree: Record<string, HostArray>): Tree =>
  Object.fromEntries(Object.entries(tree).map(([name, array]) => [name, fromArray(array)]));

const numbers = async (tree: Tree): Promise<number[]> =>
  (await Promise.all(tensorsOf(tree).map(toArray))).flatMap(({ data }) => [...data]);

/** The rounding of some twenty operations in f32 in each of five updates, of numbers up to 4. */
const rounding = 5 * 20 * 2 ** -22;

test.each(rows)("$name is its formula, in the reference", ({ optimizer, rule }) => {
  const fiveUpdates = reference(
    (parameters: Tree, all: readonly Tree[], rates: readonly Tensor[]) =>
      all.reduce(
        (now: { parameters: Tree; state: Tree }, slope, update) =>
          optimizer.update(now.parameters, slope, now.state, rates[update]),
        { parameters, state: optimizer.init(parameters) },
      ).parameters,
  );
  const result = fiveUpdates(first, slopes, rates) as Record<string, { data: Float64Array }>;
  const values = [...result.weight.data, ...result.bias.data];
  transcribed(rule).forEach((wanted, at) => expect(values[at]).toBeCloseTo(wanted, 13));
});

test.each(rows)(
  "$name is its formula on the device, eager, and compiled with donation",
  async ({ optimizer, rule }) => {
    const update = compile(optimizer.update.bind(optimizer) as typeof optimizer.update<Tree>, { donate: [0, 2] });
    const run = (apply: (...all: [Tree, Tree, Tree, Tensor]) => { parameters: Tree; state: Tree }) => {
      const parameters = tensors(first);
      return slopes.reduce(
        (now, slope, at) => scope(() => apply(now.parameters, tensors(slope), now.state, tensor(rates[at]))),
        { parameters, state: scope(() => optimizer.init(parameters)) },
      ).parameters;
    };
    const wanted = transcribed(rule);
    const [eager, compiled] = [await numbers(run(optimizer.update.bind(optimizer))), await numbers(run(update))];
    wanted.forEach((value, at) => {
      expect(Math.abs(eager[at] - value)).toBeLessThan(rounding);
      expect(Math.abs(compiled[at] - value)).toBeLessThan(rounding);
    });
    update.dispose();
  },
);

test("sgd moves against the slope, with momentum further each time", async () => {
  const optimizer = sgd({ momentum: 0.5 });
  let now = { parameters: { p: tensor([1]) }, state: optimizer.init({ p: tensor([1]) }) };
  const seen: number[] = [];
  for (let update = 0; update < 3; update++) {
    now = optimizer.update(now.parameters, { p: tensor([2]) }, now.state, tensor(0.125));
    seen.push(...(await numbers(now.parameters)));
  }
  // Directions 2, 3, 3.5.
  expect(seen).toEqual([0.75, 0.375, -0.0625]);
});

test("adam's first update is the rate, whatever the size of the slope", async () => {
  const optimizer = adam();
  const parameters = { p: tensor([1, 1, 1, 1]) };
  const slope = { p: tensor([2, -0.001, 300, 0]) };
  const moved = optimizer.update(parameters, slope, optimizer.init(parameters), tensor(0.25));
  const wanted = [0.75, 1.25, 0.75, 1].map((value) => expect.closeTo(value, 5) as number);
  expect(await numbers(moved.parameters)).toEqual(wanted);
});

test("rmsprop of slopes that stay the same does not divide by the root of a negative variance", async () => {
  const optimizer = rmsprop({ alpha: 0.5, epsilon: 1, centered: true });
  const parameters = { p: tensor([1]) };
  let now = { parameters, state: optimizer.init(parameters) };
  for (let update = 0; update < 40; update++)
    now = optimizer.update(now.parameters, { p: tensor([0.3]) }, now.state, tensor(0));
  expect(await numbers(now.parameters)).toEqual([1]);
});

test("sgd takes nesterov with a momentum only", () => {
  expect(() => sgd({ nesterov: true })).toThrow(new RangeError("sgd: nesterov needs a momentum, got 0"));
});

test("grouped() gives each parameter to the first group that takes it", async () => {
  const optimizer = grouped({
    still: { takes: (path) => path.startsWith("0."), optimizer: sgd(), rate: 0 },
    biases: { takes: (path) => path.endsWith("bias"), optimizer: sgd({ momentum: 0.5 }), rate: 2 },
    weights: { takes: (path) => path.endsWith("weight"), optimizer: sgd({ weightDecay: 0.5 }) },
  });
  const layer = (weight: number, bias: number) => ({ weight: tensor([weight]), bias: tensor([bias]) });
  const parameters = { 0: layer(1, 2), 1: layer(3, 4), 2: layer(5, 6) };
  const slopes = { 0: layer(1, 1), 1: layer(1, 1), 2: layer(0, -1) };
  let now: { parameters: Tree; state: Record<string, Tree> } = { parameters, state: optimizer.init(parameters) };
  now = optimizer.update(now.parameters, slopes, now.state, tensor(0.5));
  // Weights: rate 0.5 times slopes 1 + 0.5 · 3 and 0.5 · 5; biases: rate 1.
  expect(await numbers(now.parameters)).toEqual([1, 2, 1.75, 3, 3.75, 7]);
  now = optimizer.update(now.parameters, slopes, now.state, tensor(0.5));
  expect(await numbers(now.parameters)).toEqual([1, 2, 0.8125, 1.5, 2.8125, 8.5]);
  expect(leavesOf(now.state).map(([path]) => path)).toEqual([
    ...["biases.direction.1.bias", "biases.direction.2.bias"],
  ]);
});

test("grouped() names a parameter that no group takes", () => {
  const none = grouped({ biases: { takes: (path) => path.endsWith("bias"), optimizer: sgd() } });
  expect(() => none.init({ 0: { weight: tensor([1]) } })).toThrow(
    new RangeError('grouped: no group takes "0.weight" (biases)'),
  );
});

test("changing(clipByNorm) shows an optimiser slopes of limited length", async () => {
  const optimizer = changing((slopes) => clipByNorm(slopes, 1), sgd());
  const parameters = { a: tensor([0]), b: tensor([0]) };
  const { parameters: moved } = optimizer.update(parameters, { a: tensor([30]), b: tensor([-40]) }, {}, tensor(1));
  const wanted = [-0.6, 0.8].map((value) => expect.closeTo(value, 6) as number);
  expect(await numbers(moved)).toEqual(wanted);
});

test("optimisers keep the names of parameters, and count in their state only what they need", () => {
  const parameters = { 0: { weight: tensor([1]) } };
  const names = (tree: Tree) => leavesOf(tree).map(([path]) => path);
  expect(names(sgd().init(parameters))).toEqual([]);
  expect(names(sgd({ momentum: 0.9 }).init(parameters))).toEqual(["direction.0.weight"]);
  expect(names(adam().init(parameters))).toEqual(["count", "mean.0.weight", "square.0.weight"]);
  expect(names(rmsprop().init(parameters))).toEqual(["square.0.weight"]);
  expect(names(rmsprop({ centered: true, momentum: 0.9 }).init(parameters))).toEqual([
    ...["square.0.weight", "mean.0.weight", "direction.0.weight"],
  ]);
});
