/** Modules of parts, and what a pass hands from layer to layer and from one pass to the next. */

import { expect, test } from "vitest";
import { key, leavesOf, tensor, toArray, uniform, type Tensor } from "../../engine/index.ts";
import { calibrate, composed, linear, Pass, sequential, stateless, stateOf, type Module } from "../../nn/index.ts";
import "../engine/opened.ts";

const numbers = async (x: Tensor): Promise<number[]> => [...(await toArray(x)).data];

/** Adds what it remembers, and remembers one more. */
const counter: Module = {
  init: () => ({}),
  state: () => ({ count: tensor([0]) }),
  apply(_parameters, x, pass = Pass.evaluation()) {
    const count = pass.recall("count");
    pass.remember("count", count.add(1));
    return x.add(count);
  },
};

/** A shift that is set from data: minus the mean. */
const centred: Module<{ shift: Tensor }> = {
  init: () => ({ shift: tensor([0]) }),
  apply({ shift }, x, pass = Pass.evaluation()) {
    const chosen = pass.calibrating ? x.mean().neg().reshape([1]) : shift;
    if (pass.calibrating) pass.calibrate("shift", chosen);
    return x.add(chosen);
  },
};

test("composed() names parameters by part, and leaves out parts without any", () => {
  const net = composed({ first: linear(2, 3), act: stateless((x) => x.relu()), last: linear(3, 1) }, (part, x) =>
    part.last(part.act(part.first(x))),
  );
  const names = leavesOf(net.init(key(1))).map(([path]) => path);
  expect(names).toEqual(["first.weight", "first.bias", "last.weight", "last.bias"]);
  expect(leavesOf(sequential(linear(2, 3), counter).init(key(1))).map(([path]) => path)).toEqual([
    "0.weight",
    "0.bias",
  ]);
});

test("a part may be used twice, with the same parameters", async () => {
  const twice = composed({ shift: centred }, ({ shift }, x) => shift(shift(x)));
  expect(await numbers(twice.apply({ shift: { shift: tensor([2]) } }, tensor([1, 5])))).toEqual([5, 9]);
});

test("a training pass remembers, through parts of parts; an evaluation does not", async () => {
  const net = sequential(counter, sequential(counter, counter));
  const state = stateOf(net, key(1));
  expect(leavesOf(state).map(([path]) => path)).toEqual(["0.count", "1.0.count", "1.1.count"]);
  const first = Pass.training(state);
  expect(await numbers(net.apply({}, tensor([0]), first))).toEqual([0]);
  expect(await numbers(net.apply({}, tensor([0]), first))).toEqual([3]);
  const second = Pass.evaluation(first.state);
  expect(await numbers(net.apply({}, tensor([0]), second))).toEqual([6]);
  expect(await numbers(net.apply({}, tensor([0]), second))).toEqual([6]);
  // The state that a pass began with is its owner's, and stays as it was.
  expect(await numbers(net.apply({}, tensor([0]), Pass.evaluation(state)))).toEqual([0]);
});

test("a layer that finds no state says whose is missing", () => {
  expect(() => sequential(linear(1, 1), counter).apply({ 0: linear(1, 1).init(key(1)) }, tensor([[1]]))).toThrow(
    'pass: nothing is remembered as "1.count"; give the pass the state of the net, stateOf(net, key)',
  );
});

test("a training pass gives every layer another key, the same ones for the same key", async () => {
  const noisy = stateless((x, pass) => x.add(uniform(pass.key(), x.shape)));
  const net = sequential(noisy, noisy);
  const once = await numbers(net.apply({}, tensor([0, 0]), Pass.training({}, key(3))));
  expect(await numbers(net.apply({}, tensor([0, 0]), Pass.training({}, key(3))))).toEqual(once);
  const alone = await numbers(noisy.apply({}, tensor([0, 0]), Pass.training({}, key(3))));
  expect(once[0]).not.toBeCloseTo(2 * alone[0], 6);
  expect(() => net.apply({}, tensor([0]), Pass.training({}))).toThrow(
    'pass: "0" draws random numbers; give the training pass a key',
  );
});

test("calibrate() sets what depends on data, each layer on what those before it put out", async () => {
  const doubled = stateless((x) => x.mul(2).add(1));
  const net = sequential(centred, doubled, centred);
  const parameters = calibrate(net, net.init(key(1)), tensor([1, 3]), Pass.calibration({}));
  expect(await numbers(net.apply(parameters, tensor([1, 3])))).toEqual([-2, 2]);
  expect(await numbers((parameters as Record<string, { shift: Tensor }>)["2"].shift)).toEqual([-1]);
});

test("tensors are labelled by the part that made them, their gradients too", () => {
  const net = sequential(
    linear(2, 2),
    composed({ inner: linear(2, 1) }, ({ inner }, x) => inner(x)),
  );
  const x = tensor([[1, 2]]);
  const y = net.apply(net.init(key(1)), x);
  expect([y.label, x.label]).toEqual(["1.inner", ""]);
});
