/** Gradients to third order in the reference, to second order on the device; and what asking for one may mean. */

import { describe, expect, test } from "vitest";
import * as ops from "../../engine/ops/index.ts";
import {
  compile,
  constant,
  conv2d,
  dispose,
  fromArray,
  grad,
  hvp,
  jvp,
  leakyRelu,
  logSoftmax,
  logSumExp,
  matmul,
  reference,
  scope,
  softmax,
  stopGradient,
  sum,
  tensor,
  toArray,
  valueAndGrad,
  vjp,
  zerosLike,
  type HostArray,
  type Tensor,
} from "../../engine/index.ts";
import fc from "fast-check";
import { rows, withoutGradient } from "../../engine/check/rows.ts";
import { draw, f32, seeds } from "./draw.ts";
import { AGREES, gradcheck } from "../../engine/check/gradcheck.ts";
import { INPUTS, programs, run } from "./programs.ts";
import { check } from "./property.ts";
import { expectAgreement } from "./threeWays.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

const dot = (x: Tensor, y: Tensor): Tensor => sum(x.mul(y));

describe("in the reference", () => {
  test("every op has a row here, or is known to have no gradient", () => {
    const names = Object.entries(ops).flatMap(([name, op]) => (typeof op === "function" ? [name] : []));
    const covered = new Set([...Object.keys(rows), ...withoutGradient]);
    expect(names.filter((name) => !covered.has(name))).toEqual([]);
  });

  test.each(Object.entries(rows))("%s: gradients agree with finite differences to third order", (_name, row) => {
    expect(gradcheck(row.call, row.inputs(0), 3)).toBeLessThan(AGREES);
  });

  test("random programs: gradients agree with finite differences to third order", () =>
    check(
      fc.tuple(programs(6), seeds),
      ([program, seed]) => {
        const inputs = Array.from({ length: INPUTS }, (_, at) => draw(seed + at, [3, 4]));
        expect(gradcheck((...x) => run(program, x), inputs, 3)).toBeLessThan(AGREES);
      },
      60,
    ));

  test("gradcheck() notices a wrong gradient", () => {
    const wrong = (x: Tensor) => x.square().add(stopGradient(x.exp()));
    expect(gradcheck(wrong, [draw(1, [5])])).toBeGreaterThan(1e-2);
    // Right at first order and wrong at second: what saving a detached result does.
    const detached = (x: Tensor) => x.mul(stopGradient(x)).mul(2).sub(stopGradient(x.square()));
    expect(gradcheck(detached, [draw(1, [5])])).toBeLessThan(AGREES);
    expect(gradcheck(detached, [draw(1, [5])], 2)).toBeGreaterThan(1e-2);
  });
});

/** A function with its second derivative worked out by hand. */
interface Curve {
  f: (x: Tensor) => Tensor;
  second: (x: number) => number;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

const curves: Record<string, Curve> = {
  silu: { f: (x) => x.silu(), second: (x) => logistic(x) * (1 - logistic(x)) * (2 + x * (1 - 2 * logistic(x))) },
  tanh: { f: (x) => x.tanh(), second: (x) => -2 * Math.tanh(x) * (1 - Math.tanh(x) ** 2) },
  exp: { f: (x) => x.exp(), second: Math.exp },
  sigmoid: { f: (x) => x.sigmoid(), second: (x) => logistic(x) * (1 - logistic(x)) * (1 - 2 * logistic(x)) },
  softplus: { f: (x) => x.softplus(), second: (x) => logistic(x) * (1 - logistic(x)) },
  // Of leakyRelu(x)², whose second derivative is 2 on the right and 2 · 0.2² on the left.
  "leaky relu": { f: (x) => leakyRelu(x, 0.2).square(), second: (x) => (x > 0 ? 2 : 0.08) },
  elu: { f: (x) => x.elu(1.5), second: (x) => (x > 0 ? 0 : 1.5 * Math.exp(x)) },
  // Of x Φ(x): φ(x) (2 − x²).
  gelu: {
    f: (x) => x.gelu(),
    second: (x) => (Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI)) * (2 - x * x),
  },
  "pow with the number 3": { f: (x) => x.pow(3), second: (x) => 6 * x },
  "pow with a tensor": { f: (x) => x.square().pow(x.mul(0).add(1.5)), second: (x) => 6 * Math.abs(x) },
  // Of max(x, 0.5)²: 2 where x is the larger.
  maximum: { f: (x) => x.maximum(0.5).square(), second: (x) => (x > 0.5 ? 2 : 0) },
};

// Softmax, logSoftmax, logSumExp and max follow below, then pooling, dilated convolution and resizing; batch normalisation,
// whose statistics depend on x as well, is in test/nn/layers/norms.test.ts.
describe("the second order, which libraries with detached saves get wrong without a word", () => {
  const points = draw(1, [33], -3, 3);

  test.each(Object.entries(curves))(
    "of %s is right eagerly, compiled and in the reference",
    async (_name, { f, second }) => {
      const program = (x: Tensor) => {
        const slope = grad(sum(f(x)), x);
        return grad(sum(slope), x);
      };
      const wanted = Array.from(points.data, (x) => expect.closeTo(second(x), 5) as number);
      const { data } = reference(program as never)(points) as { data: Float64Array };
      Array.from(data).forEach((value, i) => expect(value).toBeCloseTo(second(points.data[i]), 12));
      expect(await numbers(scope(() => program(fromArray(points))))).toEqual(wanted);
      expect(await numbers(compile(program)(fromArray(points)))).toEqual(wanted);
    },
  );

  test("of max(x)² is 2 at the largest element, and 0 elsewhere", async () => {
    const x = f32([4], 1, 3, -2, 0);
    const program = (x: Tensor) => hvp(x.max().square(), x, zerosLike(x).add(1));
    expect(await numbers(scope(() => program(fromArray(x))))).toEqual([0, 2, 0, 0]);
    expect(await numbers(compile(program)(fromArray(x)))).toEqual([0, 2, 0, 0]);
  });

  test("of logSumExp is diag(p) − p pᵀ, that of softmax its derivative, that of logSoftmax the same for every row", async () => {
    const [x, v] = [draw(2, [4, 5]), draw(3, [4, 5])];
    // Along v the Hessian of logSumExp gives p ∘ (v − p · v), which is also the derivative of softmax.
    const rowsOf = (data: ArrayLike<number>) =>
      Array.from({ length: 4 }, (_, row) => Array.from(data).slice(5 * row, 5 * row + 5));
    const wanted = rowsOf(x.data).flatMap((row, at) => {
      const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
      const p = row.map((value) => Math.exp(value) / total);
      const mean = p.reduce((sum, share, i) => sum + share * rowsOf(v.data)[at][i], 0);
      return p.map((share, i) => share * (rowsOf(v.data)[at][i] - mean));
    });
    const near = wanted.map((value) => expect.closeTo(value, 6) as number);
    const programs = [
      (x: Tensor, v: Tensor) => hvp(sum(logSumExp(x, 1)), x, v),
      (x: Tensor, v: Tensor) => vjp(softmax(x, 1), x, v),
      (x: Tensor, v: Tensor) => jvp(softmax(x, 1), x, v),
      // The rest of a row of logSoftmax is linear in x.
      (x: Tensor, v: Tensor) => hvp(sum(logSoftmax(x, 1)).neg(), x, v).div(5),
    ];
    for (const program of programs) {
      const { data } = reference(program as never)(x, v) as { data: Float64Array };
      data.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 12));
      expect(await numbers(scope(() => program(fromArray(x), fromArray(v))))).toEqual(near);
      expect(await numbers(compile(program)(fromArray(x), fromArray(v)))).toEqual(near);
    }
  });
});

/** Ops that are linear in x, or so near any x, with a second operand of some shape. */
const linearOps: Record<string, { f: (x: Tensor, w: Tensor) => Tensor; w: number[] }> = {
  "average pooling": { f: (x) => ops.avgPool2d(x, 3, { stride: 2, padding: 1, countPadding: false }), w: [] },
  "maximum pooling": { f: (x) => ops.maxPool2d(x, 3, { stride: 2, padding: 1 }), w: [] },
  "dilated convolution": { f: (x, w) => conv2d(x, w, { dilation: 2, padding: 1 }), w: [3, 2, 2, 2] },
  "convolution in groups": { f: (x, w) => conv2d(x, w, { groups: 2, stride: 2 }), w: [4, 1, 2, 3] },
  "transposed convolution": { f: (x, w) => ops.convTranspose2d(x, w, { groups: 2, stride: 2 }), w: [2, 1, 2, 3] },
  "bilinear resizing": { f: (x) => ops.resizeBilinear(x, [7, 3], { convention: "halfPixel" }), w: [] },
  "nearest resizing": { f: (x) => ops.resizeNearest(x, [7, 3]), w: [] },
  "enlarging by a whole number": { f: (x) => ops.upsampleNearest(x, 2), w: [] },
};

describe("the second order of Σ f(x)³, which is Lᵀ diag(6 f(x)) L with L what f does to a small change", () => {
  const [x, v] = [draw(11, [1, 2, 5, 4]), draw(12, [1, 2, 5, 4])];

  test.each(Object.entries(linearOps))("is right of %s", async (_name, { f, w: shape }) => {
    const w = draw(13, shape);
    const y = (data: Float64Array | HostArray["data"]): Float64Array =>
      (reference(f as never)({ ...x, data }, w) as { data: Float64Array }).data;
    const [at, step] = [y(x.data), 2 ** -20];
    const columns = Array.from(x.data, (_, i) => {
      const moved = Float64Array.from(x.data);
      moved[i] += step;
      return y(moved).map((value, o) => (value - at[o]) / step);
    });
    const along = at.map((_, o) => columns.reduce((total, column, i) => total + column[o] * v.data[i], 0));
    const wanted = columns.map((column) => column.reduce((total, slope, o) => total + slope * 6 * at[o] * along[o], 0));
    const program = (x: Tensor, v: Tensor, w: Tensor) => {
      const y = f(x, w);
      return hvp(sum(y.mul(y).mul(y)), x, v);
    };
    const { data } = reference(program as never)(x, v, w) as { data: Float64Array };
    data.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 6));
    await expectAgreement(program, [x, v, w]);
  });
});

/** E(x) → [n] of a small net, with silu between matrix products. */
const mlp = (x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor): Tensor =>
  matmul(matmul(x, w1).add(b1).silu(), w2).reshape([x.shape[0]]);

/** E(x) → [n] of a small convolutional net, with leaky relu. */
const convNet = (x: Tensor, w1: Tensor, b1: Tensor, w2: Tensor, w3: Tensor): Tensor => {
  const h1 = leakyRelu(conv2d(x, w1, { padding: 1 }).add(b1.reshape([1, b1.size, 1, 1])), 0.2);
  const h2 = leakyRelu(conv2d(h1, w2, { stride: 2, padding: 1 }), 0.2);
  return conv2d(h2, w3).reshape([x.shape[0], -1]).sum(1);
};

const nets: Record<string, { energy: (x: Tensor, ...weights: Tensor[]) => Tensor; inputs: HostArray[] }> = {
  "a net with silu": {
    energy: mlp,
    inputs: [draw(1, [3, 2]), draw(2, [2, 5]), draw(3, [5]), draw(4, [5, 1])],
  },
  "a convolutional net with leaky relu": {
    energy: convNet,
    inputs: [draw(5, [2, 1, 5, 5]), draw(6, [3, 1, 3, 3]), draw(7, [3]), draw(8, [4, 3, 3, 3]), draw(9, [1, 4, 2, 2])],
  },
};

describe.each(Object.entries(nets))("the gradient penalty ‖∇ₓE‖² of %s", (_name, { energy, inputs }) => {
  const penalty = (x: Tensor, ...weights: Tensor[]): Tensor => sum(grad(sum(energy(x, ...weights)), x).square());

  test("has the weight gradients of finite differences", () => {
    expect(gradcheck(penalty, inputs)).toBeLessThan(AGREES);
    const [x, ...weights] = inputs;
    expect(gradcheck((...w) => penalty(tensorOf(x), ...w), weights)).toBeLessThan(AGREES);
  });

  test("has the same weight gradients on the device, eagerly and compiled", async () => {
    await expectAgreement((x, ...weights) => {
      const [value, slopes] = valueAndGrad(penalty(x, ...weights), weights);
      return [value, ...slopes];
    }, inputs);
  });
});

/** An array as a tensor of a traced program. */
function tensorOf({ shape, data }: HostArray): Tensor {
  return ops.concat(Array.from(data, (value) => constant(value).reshape([1]))).reshape(shape);
}

describe("on the device", () => {
  test.each(Object.entries(rows))(
    "%s: first and second order agree with the reference",
    async (_name, { call, inputs }) => {
      await expectAgreement((...x) => {
        const varied = x.filter(({ dtype }) => dtype === "f32");
        const first = grad(sum(call(...x).mul(0.7)), varied);
        const second = grad(
          first.map((slope, at) => dot(slope, varied[at])).reduce((a, b) => a.add(b)),
          varied,
        );
        return [...first, ...second];
      }, inputs(0));
    },
  );

  test("random programs: first and second order agree with the reference", () =>
    check(
      fc.tuple(programs(5), seeds),
      ([program, seed]) =>
        expectAgreement(
          (...x) => {
            const y = run(program, x);
            const first = grad(sum(y), x);
            return [y, ...first, ...grad(dot(first[0], x[1]).add(dot(first[1], x[0])), x)];
          },
          Array.from({ length: INPUTS }, (_, at) => draw(seed + at, [3, 4])),
        ),
      5,
    ));
});

describe("grad", () => {
  test("grad(y, tree) has the shape of the tree, and zeros where y does not depend", async () => {
    const parameters = { a: tensor([1, 2]), layers: [{ w: tensor([[3, 4]]) }, { w: tensor(5) }] };
    const slopes = grad(dot(parameters.a, parameters.layers[0].w.reshape([2])), parameters);
    expect(await numbers(slopes.a)).toEqual([3, 4]);
    expect(await numbers(slopes.layers[0].w)).toEqual([1, 2]);
    expect(await numbers(slopes.layers[1].w)).toEqual([0]);
  });

  test("grad(y, [x, h]) of h computed from x counts the way through h", async () => {
    const x = tensor([1, 2]);
    const h = x.mul(6).mul(0.5);
    const [toX, toH] = grad(dot(h, h).add(sum(x)), [x, h]);
    expect(await numbers(toX)).toEqual([19, 37]);
    expect(await numbers(toH)).toEqual([6, 12]);
  });

  test("grad(y, [x, x]) gives both the whole gradient", async () => {
    const x = tensor([1, 2]);
    const slopes = grad(dot(x, x), [x, x]);
    expect([await numbers(slopes[0]), await numbers(slopes[1])]).toEqual([
      [2, 4],
      [2, 4],
    ]);
  });

  test("grad(x, x) of a scalar is 1", async () => {
    const x = tensor(3);
    expect(await numbers(grad(x, x))).toEqual([1]);
  });

  test("grad(y, x) does not ask what x was computed from", async () => {
    const table = tensor([
      [1, 2],
      [3, 4],
    ]);
    const x = ops
      .take(table, tensor([1], "u32"))
      .exp()
      .log();
    dispose(table);
    expect(await numbers(grad(dot(x, x), x))).toEqual([expect.closeTo(6, 4), expect.closeTo(8, 4)]);
  });

  test("grad(y, x) does not walk what lies behind x", () => {
    const old = tensor([1, 2]);
    const x = old.exp();
    Object.defineProperty(old, "inputs", { get: () => expect.fail("grad walked on behind x") });
    expect(() => grad(dot(x, x), x)).not.toThrow();
  });

  test("stopGradient(x) lets no gradient through", async () => {
    const x = tensor([1, 2]);
    expect(await numbers(grad(dot(x, stopGradient(x)), x))).toEqual([1, 2]);
    expect(await numbers(grad(sum(stopGradient(x)), x))).toEqual([0, 0]);
  });

  test("slopes at a kink: 0 for relu and |x|, alpha for elu, halves for equal operands", async () => {
    const x = tensor([-1, 0, 1]);
    const slopes = (x: Tensor) =>
      [x.relu(), leakyRelu(x, 0.5), x.elu().mul(2), x.abs(), x.maximum(0), x.minimum(zerosLike(x)), x.clamp(-1, 2)].map(
        (y) => grad(sum(y), x),
      );
    expect(await Promise.all(slopes(x).map(numbers))).toEqual([
      [0, 0, 1],
      [0.5, 0.5, 1],
      [expect.closeTo(2 * Math.exp(-1), 6), 2, 2],
      [-1, 0, 1],
      [0, 0.5, 1],
      [1, 0.5, 0],
      [0.5, 1, 1],
    ]);
    await expectAgreement((x) => slopes(x).toSpliced(2, 1), [f32([3], -1, 0, 1)], { exactly: true });
  });

  test("derivatives of xⁿ at 0, by a number and by a tensor: n! at order n, and 0 at every other", async () => {
    const derivatives = (power: (x: Tensor) => Tensor) => (x: Tensor) => {
      const orders = [power(x)];
      for (let order = 1; order <= 4; order++) orders.push(grad(sum(orders.at(-1)!), x));
      return orders;
    };
    for (const [n, wanted] of [
      [1, 0, 0, 0, 0],
      [0, 1, 0, 0, 0],
      [0, 0, 2, 0, 0],
      [0, 0, 0, 6, 0],
    ].entries())
      for (const power of [(x: Tensor) => x.pow(n), (x: Tensor) => x.pow(constant(n))]) {
        const program = derivatives(power);
        expect(await Promise.all(program(tensor(0)).map(numbers))).toEqual(wanted.map((value) => [value]));
        const exact = reference(program)(0) as { data: Float64Array }[];
        expect(exact.map(({ data }) => data[0])).toEqual(wanted.map((value) => expect.closeTo(value, 12) as number));
      }
    // Towards the exponent xʸ log x, which is 0 at 0.
    const y = tensor(2);
    expect(await numbers(grad(sum(ops.pow(tensor(0), y)), y))).toEqual([0]);
  });

  test("comparisons and signs have no slope", async () => {
    const x = tensor([-1, 2]);
    expect(await numbers(grad(sum(x.greater(0).toFloat().mul(x)), x))).toEqual([0, 1]);
    expect(await numbers(grad(sum(x.sign().mul(x)), x))).toEqual([-1, 1]);
  });

  test("a gradient towards an integer is refused in words", () => {
    const i = tensor([1, 2], "u32");
    expect(() => grad(sum(i.toFloat()), i)).toThrow(/^grad: towards f32 only, got u32 \[2\] from tensor$/);
  });

  test("grad(y, x) wants a scalar y, vjp(y, x, dy) a dy of its shape", () => {
    const x = tensor([1, 2]);
    expect(() => grad(x.mul(2), x)).toThrow(
      new RangeError("grad: y must be a scalar, got f32 [2] from mul; sum it, or use vjp"),
    );
    expect(() => vjp(x.mul(2), x, tensor([1]))).toThrow(new RangeError("vjp: expected [2], got f32 [1] from tensor"));
  });

  test("jvp(y, x, dx) is the product with the Jacobian, hvp(y, x, v) with the Hessian", async () => {
    const x = fromArray(f32([2], 2, 3));
    const y = ops.concat([x.square(), x.mul(x.slice([[1, 2]])).slice([[0, 1]])]);
    expect(await numbers(jvp(y, x, tensor([1, 10])))).toEqual([4, 60, 3 + 20]);
    expect(await numbers(hvp(sum(x.mul(x).mul(x)), x, tensor([1, 10])))).toEqual([12, 180]);
    expect(await numbers(jvp(x, x, tensor([5, 6])))).toEqual([5, 6]);
  });
});
