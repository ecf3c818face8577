/** Optimisers against plain float64 transcriptions of their formulas, in the reference, eager, and compiled with donation. */

import { expect, test } from "vitest";
import {
  compile,
  fromArray,
  mapTree,
  reference,
  scope,
  tensor,
  tensorsOf,
  toArray,
  type HostArray,
  type Tensor,
  type Tree,
} from "../../../engine/index.ts";
import { adam, sgd, type Optimizer } from "../../../nn/index.ts";
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

const rows: { name: string; optimizer: Optimizer; rule: Rule }[] = [
  { name: "sgd()", optimizer: sgd(), rule: plainSgd(0) },
  { name: "sgd({ momentum: 0.9 })", optimizer: sgd({ momentum: 0.9 }), rule: plainSgd(0.9) },
  { name: "adam()", optimizer: adam(), rule: plainAdam(0.9, 0.999, 1e-8) },
  {
    name: "adam({ betas: [0, 0.9], epsilon: 0.01 })",
    optimizer: adam({ betas: [0, 0.9], epsilon: 0.01 }),
    rule: plainAdam(0, 0.9, 0.01),
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

/** The rounding of a dozen operations in f32 in each of five updates, of numbers up to 2. */
const rounding = 5 * 12 * 2 ** -23;

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

test("optimisers keep the names of parameters, and count in their state only what they need", () => {
  const parameters = { 0: { weight: tensor([1]) } };
  const names = (tree: Tree) => {
    const found: string[] = [];
    mapTree(tree, (_leaf, path) => found.push(path));
    return found;
  };
  expect(names(sgd().init(parameters))).toEqual([]);
  expect(names(sgd({ momentum: 0.9 }).init(parameters))).toEqual(["direction.0.weight"]);
  expect(names(adam().init(parameters))).toEqual(["count", "mean.0.weight", "square.0.weight"]);
});
