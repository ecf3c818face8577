/** Normalisations: values by hand in both modes, what is remembered, and derivatives through the statistics. */

import { expect, test } from "vitest";
import { grad, key, leavesOf, mapTree, tensor, toArray, type Tensor, type Tree } from "../../../engine/index.ts";
import { gradcheck } from "../../../engine/check/gradcheck.ts";
import {
  actNorm,
  batchNorm1d,
  batchNorm2d,
  calibrate,
  groupNorm,
  instanceNorm2d,
  layerNorm,
  Pass,
  sequential,
  stateOf,
  type Module,
} from "../../../nn/index.ts";
import { draw } from "../../engine/draw.ts";
import "../../engine/opened.ts";
import { expectAgreement } from "../../engine/threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await toArray(x)).data];
const close = (wanted: number[], digits = 5) => wanted.map((value) => expect.closeTo(value, digits) as number);
const numbersOf = async (tree: Tree): Promise<Record<string, number[]>> =>
  Object.fromEntries(
    await Promise.all(leavesOf(tree).map(async ([name, leaf]) => [name, await numbers(leaf as Tensor)] as const)),
  );

/** Central differences in float64 leave about this much of a derivative, here of orders up to three. */
const AGREES = 1e-5;

test("batchNorm1d standardises by the batch in training, and remembers a share of its moments", async () => {
  const layer = batchNorm1d(2, { momentum: 0.25, epsilon: 0 });
  const parameters = { weight: tensor([1, 10]), bias: tensor([0, 100]) };
  const x = tensor([
    [1, 0],
    [3, 0],
    [5, 3],
  ]);
  const pass = Pass.training(stateOf(layer, key(1)));
  const y = await numbers(layer.apply(parameters, x, pass));
  // Columns with the means 3 and 1 and the biased variances 8/3 and 2; unbiased 4 and 3.
  const [first, second] = [Math.sqrt(3 / 2), 10 / Math.sqrt(2)];
  expect(y).toEqual(close([-first, 100 - second, 0, 100 - second, first, 100 + 2 * second], 4));
  expect(await numbersOf(pass.state)).toEqual({ running_mean: [0.75, 0.25], running_var: [1.75, 1.5] });
});

test("batchNorm1d uses what it remembers in evaluation, and changes nothing", async () => {
  const layer = batchNorm1d(2, { epsilon: 1 });
  const state = { running_mean: tensor([1, -1]), running_var: tensor([3, 8]) };
  const pass = Pass.evaluation(state);
  const y = layer.apply({ weight: tensor([2, 3]), bias: tensor([0, 1]) }, tensor([[5, 5]]), pass);
  expect(await numbers(y)).toEqual([4, 7]);
  expect(await numbersOf(pass.state)).toEqual({ running_mean: [1, -1], running_var: [3, 8] });
});

test("batchNorm2d counts every place of every image", async () => {
  const layer = batchNorm2d(1, { affine: false, momentum: 1 });
  const x = tensor([[[[1, 1]]], [[[4, 6]]]]);
  const pass = Pass.training(stateOf(layer, key(1)));
  const scale = 1 / Math.sqrt(4.5 + 1e-5);
  expect(await numbers(layer.apply({}, x, pass))).toEqual(close([-2 * scale, -2 * scale, scale, 3 * scale]));
  expect(await numbersOf(pass.state)).toEqual({ running_mean: [3], running_var: [6] });
});

test("batchNorm with { track: false } has no state and uses the batch in evaluation too", async () => {
  const layer = batchNorm1d(1, { track: false, affine: false, epsilon: 0 });
  expect([stateOf(layer, key(1)), layer.init(key(1))]).toEqual([{}, {}]);
  expect(await numbers(layer.apply({}, tensor([[1], [3]])))).toEqual([-1, 1]);
});

test("batch norms refuse other shapes, and one value per channel in training", () => {
  const state = stateOf(batchNorm2d(2), key(1));
  const apply = (layer: Module, x: Tensor) => layer.apply({}, x, Pass.training(state));
  expect(() => apply(batchNorm2d(2), tensor([[1, 2]]))).toThrow(
    new RangeError("batchNorm2d: expected x [n, 2, h, w], got f32 [1, 2] from tensor"),
  );
  expect(() => apply(batchNorm1d(3), tensor([[1, 2]]))).toThrow(
    new RangeError("batchNorm1d: expected x [n, 3] or [n, 3, h], got f32 [1, 2] from tensor"),
  );
  expect(() => apply(batchNorm1d(2), tensor([[1, 2]]))).toThrow(
    new RangeError("batchNorm1d: more than one value per channel in training, got f32 [1, 2] from tensor"),
  );
});

test("groupNorm standardises groups of channels of each item, instanceNorm2d each channel, layerNorm the last axes", async () => {
  const x = tensor([[[[0, 2]], [[4, 6]], [[1, 1]], [[1, 5]]]]);
  const plain = { affine: false, epsilon: 0 };
  const fifth = 1 / Math.sqrt(5);
  expect(await numbers(groupNorm(2, 4, plain).apply({}, x))).toEqual(
    close([-3 * fifth, -fifth, fifth, 3 * fifth, ...[-1, -1, -1, 3].map((value) => value / Math.sqrt(3))]),
  );
  const constant = tensor([[[[0, 2]], [[4, 6]]]]);
  expect(await numbers(instanceNorm2d(2, plain).apply({}, constant))).toEqual([-1, 1, -1, 1]);
  const affine = { weight: tensor([1, 2]), bias: tensor([0, 10]) };
  expect(await numbers(instanceNorm2d(2, { affine: true, epsilon: 0 }).apply(affine, constant))).toEqual([
    -1, 1, 8, 12,
  ]);
  expect(await numbers(layerNorm(2, { epsilon: 0 }).apply(affine, constant))).toEqual([-1, 12, -1, 12]);
  expect(await numbers(layerNorm([2, 1, 2], plain).apply({}, constant))).toEqual(
    close([-3 * fifth, -fifth, fifth, 3 * fifth]),
  );
});

test("norms begin with scale 1 and shift 0, of the channels or of the last axes", async () => {
  const begin = async (layer: Module) => numbersOf(layer.init(key(1)));
  for (const layer of [batchNorm1d(2), groupNorm(1, 2), instanceNorm2d(2, { affine: true }), layerNorm(2)])
    expect(await begin(layer)).toEqual({ weight: [1, 1], bias: [0, 0] });
  expect(await begin(instanceNorm2d(2))).toEqual({});
  expect(await begin(actNorm(2))).toEqual({ loc: [0, 0], scale: [1, 1] });
  expect(await numbersOf(stateOf(batchNorm1d(2), key(1)))).toEqual({ running_mean: [0, 0], running_var: [1, 1] });
});

test("groupNorm and layerNorm name what does not fit", () => {
  expect(() => groupNorm(3, 4)).toThrow(new RangeError("groupNorm: 4 channels do not divide into 3 groups"));
  expect(() => layerNorm([3, 2]).apply({}, tensor([[1, 2]]))).toThrow(
    new RangeError("layerNorm: expected x to end in [3, 2], got f32 [1, 2] from tensor"),
  );
});

test("actNorm standardises the batch it is calibrated on, and is a fixed scale and shift from then on", async () => {
  const layer = actNorm(2);
  const x = tensor([
    [0, 5],
    [2, 5],
    [4, 8],
  ]);
  const parameters = calibrate(layer, layer.init(key(1)), x, Pass.calibration({}));
  // Deviations 2 and √3, which divide by count − 1.
  const wanted = [-1, -1 / Math.sqrt(3), 0, -1 / Math.sqrt(3), 1, 2 / Math.sqrt(3)];
  expect(await numbers(layer.apply(parameters, x))).toEqual(close(wanted));
  expect(await numbers(layer.apply(parameters, tensor([[4, 6]]), Pass.training({})))).toEqual(close([1, 0]));
});

/** Every norm, under which pass, and an input that suits it. */
const rows: { name: string; layer: Module; shape: number[]; mode: "training" | "evaluation" }[] = [
  { name: "batchNorm1d in training", layer: batchNorm1d(3), shape: [4, 3], mode: "training" },
  { name: "batchNorm1d in evaluation", layer: batchNorm1d(3), shape: [4, 3], mode: "evaluation" },
  { name: "batchNorm2d in training", layer: batchNorm2d(2), shape: [2, 2, 3, 2], mode: "training" },
  { name: "groupNorm", layer: groupNorm(2, 4), shape: [2, 4, 1, 2], mode: "evaluation" },
  { name: "instanceNorm2d", layer: instanceNorm2d(2, { affine: true }), shape: [2, 2, 2, 3], mode: "evaluation" },
  { name: "layerNorm", layer: layerNorm([2, 3]), shape: [2, 2, 3], mode: "evaluation" },
  { name: "actNorm", layer: actNorm(2), shape: [3, 2], mode: "evaluation" },
];

/** A norm as a function of its input, its parameters and its state, all of them drawn. */
function drawn({ layer, shape, mode }: (typeof rows)[number]) {
  const like = [layer.init(key(1)), stateOf(layer, key(1))] as const;
  const shapes = like.flatMap((tree) => leavesOf(tree).map(([, leaf]) => (leaf as Tensor).shape));
  const call = (x: Tensor, ...flat: Tensor[]) => {
    let at = 0;
    const [parameters, state] = like.map((tree) => mapTree(tree, () => flat[at++]));
    const pass = mode === "training" ? Pass.training(state) : Pass.evaluation(state);
    return { y: layer.apply(parameters, x, pass), state: pass.state, parameters };
  };
  // Running variances are positive; the others may as well be.
  return { call, inputs: [draw(1, shape), ...shapes.map((shape, at) => draw(at + 2, shape, 0.5, 2))] };
}

test.each(rows)("$name agrees with the reference, and so do its gradients and what it remembers", async (row) => {
  const { call, inputs } = drawn(row);
  await expectAgreement((x, ...flat) => {
    const { y, state, parameters } = call(x, ...flat);
    return { y, state, slopes: grad(y.mul(x).square().sum(), { x, parameters }) };
  }, inputs);
});

test.each(rows)("$name has the derivatives that finite differences find, to third order", (row) => {
  const { call, inputs } = drawn(row);
  expect(gradcheck((...all) => call(...(all as [Tensor])).y, inputs, 3)).toBeLessThan(AGREES);
});

test("norms in a row each remember under their own name", async () => {
  const net = sequential(batchNorm1d(1, { momentum: 1 }), batchNorm1d(1, { momentum: 1 }));
  const pass = Pass.training(stateOf(net, key(1)));
  net.apply(net.init(key(1)), tensor([[1], [5]]), pass);
  expect(await numbersOf(pass.state)).toEqual({
    "0.running_mean": [3],
    "0.running_var": [8],
    "1.running_mean": [0],
    "1.running_var": close([2], 4),
  });
});
