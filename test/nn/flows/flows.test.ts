/** Flows and densities: invertible, with the volumes they say, and a probability of one in all. */

import { describe, expect, test } from "vitest";
import {
  foldIn,
  fromArray,
  grad,
  key,
  mapTree,
  normal,
  toArray,
  type HostArray,
  type Key,
  type Tensor,
  type Tree,
} from "../../../engine/index.ts";
import {
  additiveCoupling,
  affineCoupling,
  autoregressive,
  batchNormFlow,
  choose,
  diagonalGaussian,
  evensFirst,
  flowDensity,
  generatorOf,
  maf,
  maskedMlp,
  mixtureMade,
  mixtureOfGaussians,
  mogMaf,
  nice,
  Pass,
  realNvp,
  scaling,
  stacked,
  standardNormal,
  stateOf,
  type Density,
  type Flow,
  type Parametric,
} from "../../../nn/index.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";
import { expectAgreement, expected, type Program } from "../../engine/threeWays.ts";

/** The results of a program in float64, on the inputs as they are. */
const inReference = (program: Program, inputs: readonly HostArray[]): Float64Array[] =>
  expected(program, inputs, true).values.map(({ data }) => Float64Array.from(data));

/** A tree with every leaf moved by noise, so that nothing stays at a zero or a one where it began. */
function moved<T extends Tree>(tree: T, from: Key, deviation: number): T {
  let leaf = 0;
  return mapTree(tree, (x) => (x as Tensor).add(normal(foldIn(from, leaf++), (x as Tensor).shape).mul(deviation)));
}

/** Parameters and a pass somewhere in the midst of learning. */
const learned = <P extends Tree>(part: Parametric<P>) => ({
  parameters: moved(part.init(key(1)), key(2), 0.2),
  pass: () => Pass.evaluation(moved(stateOf(part, key(3)), key(4), 0.1)),
});

const flows: { name: string; of: (dimensions: number) => Flow }[] = [
  { name: "evensFirst", of: evensFirst },
  { name: "scaling", of: (d) => scaling(d) },
  { name: "diagonalGaussian", of: (d) => diagonalGaussian(d) },
  { name: "batchNormFlow", of: (d) => batchNormFlow(d, { momentum: 1 }) },
  { name: "affineCoupling with odd ones staying", of: (d) => affineCoupling(d, { hidden: 5, stay: "odd" }) },
  { name: "affineCoupling with even ones staying", of: (d) => affineCoupling(d, { hidden: 5, stay: "even" }) },
  { name: "additiveCoupling of the first half", of: (d) => additiveCoupling(d, { hidden: 5, moves: "first" }) },
  { name: "additiveCoupling of the second half", of: (d) => additiveCoupling(d, { hidden: 5, moves: "second" }) },
  { name: "autoregressive", of: (d) => autoregressive(d, { hidden: [6, 7], leak: 0.01 }) },
  { name: "autoregressive reversed", of: (d) => autoregressive(d, { hidden: [6], leak: 0, reversed: true }) },
  { name: "realNvp", of: (d) => realNvp(d, { hidden: 5, blocks: 3 }) },
  { name: "maf", of: (d) => maf(d, { hidden: 5, blocks: 3 }) },
];

describe.each(flows)("$name", ({ of }) => {
  test("its inverse undoes it", () => {
    const flow = of(4);
    const { parameters, pass } = learned(flow);
    const x = draw(1, [5, 4]);
    const [back] = inReference((x) => flow.inverse(parameters, flow.forward(parameters, x, pass()).z, pass()), [x]);
    back.forEach((value, at) => expect(value).toBeCloseTo(x.data[at], 10));
  });

  test("its log-determinant is that of its Jacobian by finite differences", () => {
    const flow = of(4);
    const { parameters, pass } = learned(flow);
    const step = 2 ** -12;
    // Rows x + step·e₀, x − step·e₀, x + step·e₁, …; the step is exact in f32.
    const x = draw(2, [1, 4]).data.map((value) => Math.round(value * 256) / 256);
    const rows = Array.from({ length: 8 }, (_, row) =>
      x.map((value, at) => value + (at === row >> 1 ? (row % 2 === 0 ? step : -step) : 0)),
    );
    const [z] = inReference(
      (x) => flow.forward(parameters, x, pass()).z,
      [{ dtype: "f32", shape: [8, 4], data: Float32Array.from(rows.flatMap((row) => [...row])) }],
    );
    const jacobian = [0, 1, 2, 3].map((from) =>
      [0, 1, 2, 3].map((to) => (z[8 * from + to] - z[8 * from + 4 + to]) / (2 * step)),
    );
    const [stated] = inReference(
      (x) => flow.forward(parameters, x, pass()).logDeterminant,
      [{ dtype: "f32", shape: [1, 4], data: Float32Array.from(x) }],
    );
    expect(stated[0]).toBeCloseTo(Math.log(Math.abs(determinant(jacobian))), 5);
  });
});

const densities: { name: string; of: () => Density }[] = [
  { name: "standardNormal", of: () => standardNormal(2) },
  { name: "a flow of diagonalGaussian", of: () => flowDensity(diagonalGaussian(2), 2) },
  { name: "nice", of: () => nice({ dimensions: 2, hidden: 6 }) },
  { name: "a flow of realNvp", of: () => flowDensity(realNvp(2, { hidden: 6, blocks: 3 }), 2) },
  { name: "a flow of maf", of: () => flowDensity(maf(2, { hidden: 6, blocks: 3 }), 2) },
  { name: "mixtureMade", of: () => mixtureMade(2, { components: 3, hidden: [6, 6] }) },
  { name: "mogMaf", of: () => mogMaf(2, { hidden: 6, blocks: 3, components: 3 }) },
  { name: "mixtureOfGaussians", of: () => mixtureOfGaussians(2, 3) },
];

describe.each(densities)("$name", ({ of }) => {
  /** Places −7.8, −7.4 … 7.8 in both directions, and the probability of the cells around them. */
  const side = 40;
  const places = Float32Array.from({ length: 2 * side * side }, (_, at) => {
    const cell = at >> 1;
    return ((at % 2 === 0 ? cell % side : Math.floor(cell / side)) + 0.5) * 0.4 - 8;
  });
  const shares = () => {
    const { parameters, pass } = learned(of());
    const grid: HostArray = { dtype: "f32", shape: [side * side, 2], data: places };
    const [log] = inReference((x) => of().logDensity(parameters, x, pass()), [grid]);
    return log.map((value) => Math.exp(value) * 0.16);
  };

  test("it integrates to one", () => {
    expect(shares().reduce((total, share) => total + share, 0)).toBeCloseTo(1, 2);
  });

  test("its draws have its moments", () => {
    const { parameters, pass } = learned(of());
    const density = shares();
    const count = 1500;
    const [drawn] = inReference(() => of().sample(parameters, key(5), count, pass()), []);
    for (const f of [(x: number) => x, (_x: number, y: number) => y, (x: number, y: number) => x * y]) {
      const over = (power: number) =>
        density.reduce((total, share, at) => total + share * f(places[2 * at], places[2 * at + 1]) ** power, 0);
      const sum = Array.from({ length: count }, (_, at) => f(drawn[2 * at], drawn[2 * at + 1])).reduce((a, b) => a + b);
      // Five standard errors.
      expect(Math.abs(sum / count - over(1))).toBeLessThan(5 * Math.sqrt((over(2) - over(1) ** 2) / count));
    }
  });
});

test("realNvp agrees with the reference, eager and compiled, in training and backwards, and so do its gradients", async () => {
  const flow = realNvp(3, { hidden: 4, blocks: 1 });
  await expectAgreement(
    (x) => {
      const { parameters, pass } = learned(flow);
      const { z, logDeterminant } = flow.forward(parameters, x, Pass.training(stateOf(flow, key(3))));
      const back = flow.inverse(parameters, x, pass());
      return [z, logDeterminant, back, grad(z.square().sum().add(logDeterminant.sum()).add(back.square().sum()), x)];
    },
    [draw(3, [3, 3])],
  );
});

test("mogMaf agrees with the reference, eager and compiled, and so do its gradients and draws", async () => {
  const net = mogMaf(2, { hidden: 4, blocks: 1, components: 2 });
  await expectAgreement(
    (x) => {
      const { parameters, pass } = learned(net);
      const log = net.apply(parameters, x, pass());
      return [log, grad(log.sum(), x), net.sample(parameters, key(6), 3, pass())];
    },
    [draw(4, [3, 2])],
  );
});

test.each([false, true])("maskedMlp puts out what depends on earlier inputs only, reversed: %s", (reversed) => {
  const dimensions = 4;
  const net = maskedMlp(dimensions, { hidden: [7, 6], outputs: 8, leak: 0.1, reversed });
  const parameters = net.init(key(1));
  const slopes = inReference(
    (x) =>
      Array.from({ length: 8 }, (_, output) =>
        grad(
          net
            .apply(parameters, x)
            .slice([null, [output, output + 1]])
            .sum(),
          x,
        ),
      ),
    [draw(1, [6, dimensions])],
  );
  slopes.forEach((slope, output) => {
    const reads = [0, 1, 2, 3].filter((input) => slope.some((value, at) => at % dimensions === input && value !== 0));
    const own = output % dimensions;
    expect(reads).toEqual([0, 1, 2, 3].filter((input) => (reversed ? input > own : input < own)));
  });
});

test("a training pass through batchNormFlow standardises the batch, and its inverse then gives the batch back", async () => {
  const flow = batchNormFlow(2, { momentum: 1 });
  const x = fromArray({ dtype: "f32", shape: [4, 2], data: Float32Array.of(1, 10, 3, 30, 5, 30, 7, 10) });
  const pass = Pass.training(stateOf(flow, key(1)));
  const parameters = flow.init(key(1));
  const { z, logDeterminant } = flow.forward(parameters, x, pass);
  // Means 4 and 20, variances 5 and 100.
  const wanted = [-3, -1, -1, 1, 1, 1, 3, -1].map((value, at) => (at % 2 === 0 ? value / Math.sqrt(5) : value));
  const close = (numbers: number[]) => numbers.map((value) => expect.closeTo(value, 4) as number);
  expect([...(await toArray(z)).data]).toEqual(close(wanted));
  expect([...(await toArray(logDeterminant)).data]).toEqual(close(Array<number>(4).fill(-0.5 * Math.log(500))));
  const back = flow.inverse(parameters, z, Pass.evaluation(pass.state));
  expect([...(await toArray(back)).data]).toEqual(close([1, 10, 3, 30, 5, 30, 7, 10]));
});

test("batchNormFlow with momentum 1/10 and an unbiased variance remembers a tenth of 20/3 and nine tenths of 1", async () => {
  const flow = batchNormFlow(1, { momentum: 0.1, unbiased: true });
  const pass = Pass.training(stateOf(flow, key(1)));
  flow.forward(flow.init(key(1)), fromArray({ dtype: "f32", shape: [4, 1], data: Float32Array.of(1, 3, 5, 7) }), pass);
  const { running_mean, running_var } = pass.state as Record<string, Tensor>;
  expect((await toArray(running_mean)).data[0]).toBeCloseTo(0.4, 5);
  expect((await toArray(running_var)).data[0]).toBeCloseTo(0.9 + 2 / 3, 5);
});

test("choose(key, logits) gives one class to each row, as often as its probability", async () => {
  const logits = fromArray({ dtype: "f32", shape: [3], data: Float32Array.from([0.1, 0.2, 0.7], Math.log) });
  const { data } = await toArray(choose(key(1), logits.broadcast([5000, 3])));
  const counts = [0, 0, 0];
  for (let row = 0; row < 5000; row++) {
    const ones = [0, 1, 2].filter((at) => data[3 * row + at] === 1);
    expect([ones.length, data[3 * row] + data[3 * row + 1] + data[3 * row + 2]]).toEqual([1, 1]);
    counts[ones[0]]++;
  }
  // Five standard deviations of each count.
  [0.1, 0.2, 0.7].forEach((p, at) => {
    expect(Math.abs(counts[at] - 5000 * p)).toBeLessThan(5 * Math.sqrt(5000 * p * (1 - p)));
  });
});

test("mixtureOfGaussians has the density worked out by hand", async () => {
  const parameters = {
    mu: fromArray({ dtype: "f32", shape: [2, 1], data: Float32Array.of(0, 1) }),
    logstd: fromArray({ dtype: "f32", shape: [2, 1], data: Float32Array.of(0, Math.log(2)) }),
    logits: fromArray({ dtype: "f32", shape: [2], data: Float32Array.of(Math.log(3), 0) }),
  };
  const x = fromArray({ dtype: "f32", shape: [1, 1], data: Float32Array.of(1) });
  const { data } = await toArray(mixtureOfGaussians(1, 2).logDensity(parameters, x));
  const wanted = (0.75 * Math.exp(-0.5) + 0.25 / 2) / Math.sqrt(2 * Math.PI);
  expect(data[0]).toBeCloseTo(Math.log(wanted), 5);
});

test("generatorOf(flow) is its inverse as a net", async () => {
  const flow = stacked([scaling(2), diagonalGaussian(2)] as Flow[]);
  const generator = generatorOf(flow);
  const { parameters } = learned(flow);
  const z = fromArray(draw(1, [3, 2]));
  const wanted = await toArray(flow.inverse(parameters, z));
  expect(await toArray(generator.apply(parameters, z))).toEqual(wanted);
  expect(Object.keys(generator.init(key(1)))).toEqual(["0", "1"]);
});

test("flows refuse a number of dimensions that they cannot take", () => {
  expect(() => evensFirst(3)).toThrow(new RangeError("evensFirst: dimensions must be even, got 3"));
  const odd = () => additiveCoupling(3, { hidden: 1, moves: "first" });
  expect(odd).toThrow(new RangeError("additiveCoupling: dimensions must be even, got 3"));
  const one = () => maskedMlp(1, { hidden: [2], outputs: 1, leak: 0 });
  expect(one).toThrow(new RangeError("maskedMlp: at least 2 dimensions, got 1"));
});

/** By elimination with the largest pivot of each column. */
function determinant(matrix: readonly (readonly number[])[]): number {
  const rows = matrix.map((row) => [...row]);
  let product = 1;
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows
      .slice(column)
      .reduce((best, row) => (Math.abs(row[column]) > Math.abs(best[column]) ? row : best));
    const at = rows.indexOf(pivot);
    if (at !== column) {
      [rows[at], rows[column]] = [rows[column], rows[at]];
      product = -product;
    }
    product *= rows[column][column];
    for (const row of rows.slice(column + 1)) {
      const factor = row[column] / rows[column][column];
      rows[column].forEach((value, i) => (row[i] -= factor * value));
    }
  }
  return product;
}
