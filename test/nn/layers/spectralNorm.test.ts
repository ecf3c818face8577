/** Spectral and weight normalisation: singular values and lengths by hand, and derivatives through them. */

import { expect, test } from "vitest";
import { grad, key, leavesOf, reference, tensor, toArray, zeros, type Tensor } from "../../../engine/index.ts";
import { gradcheck } from "../../../engine/check/gradcheck.ts";
import {
  conv2d,
  convTranspose2d,
  linear,
  Pass,
  spectralNorm,
  stateOf,
  weightNorm,
  type Module,
  type Weighted,
} from "../../../nn/index.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";
import { expectAgreement } from "../../engine/threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await toArray(x)).data];
const close = (wanted: number[]) => wanted.map((value) => expect.closeTo(value, 5) as number);
const described = (tree: Parameters<typeof leavesOf>[0]): string[] =>
  leavesOf(tree).map(([name, leaf]) => `${name} [${(leaf as Tensor).shape.join(", ")}]`);

const AGREES = 1e-6;

/** Both rows of the identity: what a linear layer does to it is its weight, transposed. */
const eye = () =>
  tensor([
    [1, 0],
    [0, 1],
  ]);

test("spectralNorm divides by uᵀ W v, after one power iteration in training and none in evaluation", async () => {
  const layer = spectralNorm(linear(2, 2, { bias: false }));
  const parameters = {
    weight_orig: tensor([
      [4, 0],
      [0, 3],
    ]),
  };
  const state = { weight_u: tensor([0.6, 0.8]), weight_v: tensor([1, 0]) };
  // Evaluation: σ = 0.6 · 4.
  expect(await numbers(layer.apply(parameters, eye(), Pass.evaluation(state)))).toEqual(
    close([4 / 2.4, 0, 0, 3 / 2.4]),
  );
  // Training: Wᵀu = (2.4, 2.4), so v = (1, 1)/√2; Wv = (4, 3)/√2, so u = (0.8, 0.6) and σ = 5/√2.
  const pass = Pass.training(state);
  const sigma = 5 / Math.SQRT2;
  expect(await numbers(layer.apply(parameters, eye(), pass))).toEqual(close([4 / sigma, 0, 0, 3 / sigma]));
  const { weight_u: u, weight_v: v } = pass.state as Record<string, Tensor>;
  expect(await numbers(u)).toEqual(close([0.8, 0.6]));
  expect(await numbers(v)).toEqual(close([Math.SQRT1_2, Math.SQRT1_2]));
});

const wide: { name: string; layer: Weighted; shape: number[] }[] = [
  { name: "linear", layer: linear(3, 2), shape: [1, 3] },
  { name: "conv2d", layer: conv2d(2, 3, 2), shape: [1, 2, 2, 2] },
  { name: "convTranspose2d", layer: convTranspose2d(2, 3, 2), shape: [1, 2, 1, 1] },
];

test.each(wide)("spectralNorm of $name finds the largest singular value after many iterations", ({ layer, shape }) => {
  const program = reference(() => {
    const normed = spectralNorm(layer, { iterations: 60 });
    const parameters = normed.init(key(1));
    const pass = Pass.training(stateOf(normed, key(2)));
    normed.apply(parameters, zeros(shape), pass);
    const { weight_u: u, weight_v: v } = pass.state as Record<string, Tensor>;
    const { weight_orig } = parameters;
    const matrix = layer.outputAxis === 0 ? weight_orig : weight_orig.transpose([1, 0, 2, 3]);
    const rows = matrix.reshape([u.size, v.size]);
    const [wv, wu] = [rows.matmul(v.reshape([-1, 1])), rows.matmul(u.reshape([-1, 1]), { transposeA: true })];
    return [u, v, wv, wu];
  });
  const [u, v, wv, wu] = (program() as { data: Float64Array }[]).map(({ data }) => [...data]);
  // A pair of singular vectors: W v = σ u and Wᵀ u = σ v with one σ.
  const sigma = Math.hypot(...wv);
  expect(wv).toEqual(close(u.map((value) => sigma * value)));
  expect(wu).toEqual(close(v.map((value) => sigma * value)));
});

test("spectralNorm names its parameters and state as PyTorch does, one row of the matrix per output", () => {
  const names = (layer: Weighted) => {
    const normed = spectralNorm(layer);
    return [...described(normed.init(key(1))), ...described(stateOf(normed, key(1)))];
  };
  expect(names(linear(5, 3))).toEqual(["weight_orig [3, 5]", "bias [3]", "weight_u [3]", "weight_v [5]"]);
  expect(names(conv2d(2, 3, 4))).toEqual(["weight_orig [3, 2, 4, 4]", "bias [3]", "weight_u [3]", "weight_v [32]"]);
  expect(names(convTranspose2d(2, 3, 4, { bias: false }))).toEqual([
    ...["weight_orig [2, 3, 4, 4]", "weight_u [3]", "weight_v [32]"],
  ]);
});

test("spectralNorm begins with unit vectors, and evaluation needs them", async () => {
  const layer = spectralNorm(linear(7, 5));
  const { weight_u, weight_v } = stateOf(layer, key(3)) as Record<string, Tensor>;
  expect(Math.hypot(...(await numbers(weight_u)))).toBeCloseTo(1, 5);
  expect(Math.hypot(...(await numbers(weight_v)))).toBeCloseTo(1, 5);
  expect(() => layer.apply(layer.init(key(1)), tensor([[1]]))).toThrow('nothing is remembered as "weight_u"');
});

test("spectralNorm of a weight of zeros remembers vectors of zeros, not NaN", async () => {
  const layer = spectralNorm(linear(2, 2, { bias: false }));
  const pass = Pass.training({ weight_u: tensor([0.6, 0.8]), weight_v: tensor([1, 0]) });
  layer.apply({ weight_orig: zeros([2, 2]) }, eye(), pass);
  const { weight_u: u, weight_v: v } = pass.state as Record<string, Tensor>;
  expect([...(await numbers(u)), ...(await numbers(v))]).toEqual([0, 0, 0, 0]);
});

test("weightNorm is g v/‖v‖, a length for each output", async () => {
  const layer = weightNorm(linear(2, 2));
  const weight_v = tensor([
    [3, 4],
    [0, -2],
  ]);
  const y = layer.apply({ weight_g: tensor([[10], [7]]), weight_v, bias: tensor([1, 0]) }, eye());
  expect(await numbers(y)).toEqual(close([7, 0, 9, -7]));
});

test("weightNorm begins as the layer would, with names as in PyTorch", async () => {
  const x = tensor([[1, -2, 3]]);
  const [plain, normed] = [linear(3, 4), weightNorm(linear(3, 4))];
  const wanted = await numbers(plain.apply(plain.init(key(1)), x));
  expect(await numbers(normed.apply(normed.init(key(1)), x))).toEqual(close(wanted));
  expect(described(normed.init(key(1)))).toEqual(["weight_g [4, 1]", "weight_v [4, 3]", "bias [4]"]);
  expect(described(weightNorm(conv2d(2, 3, 4, { bias: false })).init(key(1)))).toEqual([
    ...["weight_g [3, 1, 1, 1]", "weight_v [3, 2, 4, 4]"],
  ]);
});

/** A layer with its weight in another form, as a function of what it is made of. */
const rows: { name: string; call: (...operands: Tensor[]) => Tensor[]; shapes: number[][] }[] = [
  ...(["training", "evaluation"] as const).map((mode) => ({
    name: `spectralNorm in ${mode}`,
    call: (x: Tensor, weight_orig: Tensor, weight_u: Tensor, weight_v: Tensor) => {
      const pass = Pass[mode]({ weight_u, weight_v });
      const y = spectralNorm(conv2d(2, 3, 2, { bias: false })).apply({ weight_orig }, x, pass);
      const state = pass.state as Record<string, Tensor>;
      return [y, state.weight_u, state.weight_v];
    },
    shapes: [[2, 2, 3, 3], [3, 2, 2, 2], [3], [8]],
  })),
  {
    name: "weightNorm",
    call: (x: Tensor, weight_g: Tensor, weight_v: Tensor) => [
      weightNorm(convTranspose2d(2, 3, 2)).apply({ weight_g, weight_v }, x),
    ],
    shapes: [
      [1, 2, 2, 2],
      [2, 1, 1, 1],
      [2, 3, 2, 2],
    ],
  },
];

test.each(rows)("$name agrees with the reference, and so do its gradients and what it remembers", ({ call, shapes }) =>
  expectAgreement(
    (...operands) => {
      const [y, ...state] = call(...operands);
      return [y, ...state, ...grad(y.square().sum(), operands.slice(0, 2))];
    },
    shapes.map((shape, at) => draw(at + 1, shape, at > 1 ? 0.5 : -2, 2)),
  ),
);

// In training the vectors move with W and are held still by the gradient, so that only evaluation is a function of W
// whose derivatives finite differences find.
test.each(rows.slice(1))(
  "$name has the derivatives that finite differences find, to third order",
  ({ call, shapes }) => {
    const inputs = shapes.map((shape, at) => draw(at + 1, shape, at > 1 ? 0.5 : -2, 2));
    expect(gradcheck((...operands) => call(...operands)[0], inputs, 3)).toBeLessThan(AGREES);
  },
);

test("spectralNorm in training has the gradient of evaluation with the vectors it moved to", async () => {
  const layer: Module<{ weight_orig: Tensor }> = spectralNorm(linear(3, 2, { bias: false }));
  const weight_orig = tensor([
    [1, 2, 0],
    [-1, 1, 3],
  ]);
  const x = tensor([[1, -1, 2]]);
  const pass = Pass.training({ weight_u: tensor([0.6, 0.8]), weight_v: tensor([0, 0, 1]) });
  const slope = (pass: Pass) => grad(layer.apply({ weight_orig }, x, pass).square().sum(), weight_orig);
  const trained = await numbers(slope(pass));
  expect(trained).toEqual(close(await numbers(slope(Pass.evaluation(pass.state)))));
  expect(Math.max(...trained.map(Math.abs))).toBeGreaterThan(0.1);
});
