/** Chains without noise, differentiated: against finite differences, and with as much memory as positions take. */

import { expect, test } from "vitest";
import "../../engine/opened.ts";
import { compile, fromArray, grad, key, memoryOf, zeros, type Tensor } from "../../../engine/index.ts";
import { AGREES, gradcheck } from "../../../engine/check/gradcheck.ts";
import { conv2d, flatten, linear, sequential, silu, toyNet, type Module } from "../../../nn/index.ts";
import { adamDescent, descent, flow, langevin, walk, type Energy } from "../../../ebm/index.ts";
import { draw } from "../../engine/draw.ts";
import { expectAgreement } from "../../engine/threeWays.ts";

const smoothToy = sequential(linear(2, 8), silu(), linear(8, 1));
const smoothConv = sequential(conv2d(1, 3, 3, { stride: 2, padding: 1 }), silu(), flatten(), linear(12, 1));

const under = (net: Module): Energy => {
  const parameters = net.init(key(3));
  return (x) => net.apply(parameters, x).reshape([-1]);
};
const still = langevin({ stepSize: 0.8, noise: 0 });

test.each([
  ["a toy net", smoothToy, [5, 2]],
  ["a convolutional net", smoothConv, [2, 1, 4, 4]],
] as const)("flow under %s has the gradient of finite differences", (_name, net, shape) => {
  expect(gradcheck((x) => flow(still, under(net), x, 3), [draw(1, [...shape], -2, 2)])).toBeLessThan(AGREES);
});

test("flow leads where a walk does, with the gradient of the reference, eager, compiled and replayed", async () => {
  const z = draw(1, [2, 1, 4, 4], -2, 2);
  await expectAgreement((x) => flow(still, under(smoothConv), x, 3), [z], {
    meaning: (x) => walk(still, under(smoothConv), x, 3, key(9)).x,
  });
  await expectAgreement((x) => grad(flow(still, under(smoothConv), x, 2).square().sum(), x), [z]);
});

test("flow under leaky ReLU has the identity for a Jacobian: the energy is piecewise linear", async () => {
  const energy = under(toyNet({ width: 4 }));
  const pull = (x: Tensor) => grad(flow(still, energy, x, 3).mul(x.stopGradient()).sum(), x);
  await expectAgreement(pull, [draw(2, [6, 2], -2, 2)], { meaning: (x) => x.mul(1) });
});

test("the gradient of twice as many steps needs memory for so many positions more, and nothing else", async () => {
  const energy = under(smoothConv);
  const planned = async (steps: number) => {
    const program = compile((x: Tensor) => grad(flow(still, energy, x, steps).square().sum(), x));
    const plan = await program.prepare(fromArray(draw(1, [16, 1, 4, 4])));
    const { planned } = memoryOf(plan.schedule);
    program.dispose();
    return planned;
  };
  const [few, many] = [await planned(6), await planned(12)];
  expect(many - few).toBeLessThanOrEqual(6 * 16 * 16 * 4);
});

test("flow refuses samplers that remember more than positions", () => {
  const [energy, z] = [under(smoothToy), zeros([1, 2])];
  expect(() => flow(descent({ stepSize: 1 }), energy, z, 2)).toThrow(
    "flow: the sampler remembers nothing but positions, got one with direction",
  );
  expect(() => flow(adamDescent({ stepSize: 1 }), energy, z, 2)).toThrow("got one with moments");
});
