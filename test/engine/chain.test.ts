/** Loops walked by one kernel: the very numbers of the same loops as dispatches, and loops of which no chain can be made. */

import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import {
  bits,
  compile,
  concat,
  conv2d,
  dispose,
  foldIn,
  fromArray,
  grad,
  key,
  loop,
  matmul,
  named,
  normal,
  pinned,
  put,
  split,
  sum,
  take,
  tensor,
  useDevice,
  where,
  type CompileOptions,
  type HostArray,
  type Tensor,
} from "../../engine/index.ts";
import type { Command, Dispatch, Repeat } from "../../engine/compile/schedule.ts";
import { draw, drawIndices } from "./draw.ts";
import { chaining, on, plain, type OfTensors } from "./forms.ts";
import { device } from "./opened.ts";
import { check } from "./property.ts";

const { target } = chaining;
const { mostReads, workgroupBytes } = target;

afterEach(() => void Object.assign(target, { mostReads, workgroupBytes, chains: "all", choices: new Map() }));

const commandsOf = (commands: readonly Command[]): Command[] =>
  commands.flatMap((command) => (command.kind === "loop" ? [command, ...commandsOf(command.body)] : [command]));

/** The loops of a program where chains are made, and those dispatches that are chains. */
function plannedFor(
  program: OfTensors,
  inputs: readonly HostArray[],
  options: CompileOptions = {},
): { loops: Repeat[]; chains: Dispatch[] } {
  useDevice(chaining);
  const tensors = inputs.map(fromArray);
  const compiled = compile((...x: Tensor[]) => [program(...x)].flat(), options);
  const commands = commandsOf(compiled.trace(...tensors).schedule.commands);
  dispose(tensors);
  compiled.dispose();
  useDevice(device);
  return {
    loops: commands.filter((command) => command.kind === "loop"),
    chains: commands.filter((command) => command.kind === "dispatch").filter(({ source }) => source.file === "chain"),
  };
}

/** Asserts that a program has so many chains, and that they give the bits of dispatches. */
async function expectSame(
  program: OfTensors,
  inputs: readonly HostArray[],
  chains: number,
  donate: readonly number[] = [],
): Promise<void> {
  expect(plannedFor(program, inputs).chains).toHaveLength(chains);
  const standard = await on(plain, program, inputs, { donate });
  expect(standard.plan).not.toContain("chain.wgsl");
  expect((await on(chaining, program, inputs, { donate })).data).toEqual(standard.data);
}

type Activation = (x: Tensor) => Tensor;

/** Steps of Langevin dynamics under a net of these widths; weights are named after their layers, and the norm of slopes is summed. */
function langevin(steps: number, activation: Activation, widths: readonly number[]) {
  const energy = (x: Tensor, weights: readonly Tensor[]) =>
    widths.slice(1).reduce((h, _width, layer) => {
      const y = named(String(layer), () => matmul(h, weights[2 * layer]).add(weights[2 * layer + 1]));
      return layer === widths.length - 2 ? y : activation(y);
    }, x);
  const program = (x: Tensor, ...weights: Tensor[]) => {
    const { at, total } = loop(
      steps,
      (i, { at, total }) => {
        const slope = grad(sum(energy(at, weights)), at);
        const moved = at.sub(slope.mul(0.3)).add(normal(foldIn(key(5), i), at.shape).mul(0.1));
        return { at: moved, total: total.add(slope.square().sum(1).sqrt().mean()) };
      },
      { at: x, total: tensor(0.5) },
    );
    return [at, total];
  };
  const weights = widths.slice(1).flatMap((width, layer) => {
    return [draw(2 * layer, [widths[layer], width], -0.5, 0.5), draw(2 * layer + 1, [width], -0.5, 0.5)];
  });
  return { program, inputs: (chains: number) => [draw(99, [chains, widths[0]]), ...weights] };
}

describe("a walk by one kernel is the walk by dispatches, to the bit", () => {
  const activations: Record<string, Activation> = {
    silu: (x) => x.silu(),
    leakyRelu: (x) => x.leakyRelu(0.1),
    tanh: (x) => x.tanh(),
  };
  test.each([
    { activation: "silu", widths: [2, 7, 13, 1], chains: 5, steps: 20 },
    { activation: "leakyRelu", widths: [3, 31, 17, 11, 1], chains: 67, steps: 4 },
    { activation: "tanh", widths: [1, 5, 1], chains: 1, steps: 20 },
    { activation: "silu", widths: [2, 64, 64, 1], chains: 259, steps: 3 },
    { activation: "tanh", widths: [2, 3, 3], chains: 131, steps: 1 },
  ])("$activation, $widths, $chains chains, $steps steps", async ({ activation, widths, chains, steps }) => {
    const { program, inputs } = langevin(steps, activations[activation], widths);
    // The walk, and what is summed; one chain sums as it walks.
    await expectSame(program, inputs(chains), chains === 1 ? 1 : 2);
  });

  test("of no steps there is none", async () => {
    const { program, inputs } = langevin(0, activations.silu, [2, 4, 1]);
    await expectSame(program, inputs(3), 0);
  });

  test("from donated starts", async () => {
    const { program, inputs } = langevin(5, activations.silu, [2, 8, 1]);
    await expectSame(program, inputs(6), 2, [0]);
  });

  test("with weights in one buffer, where the adapter binds few", async () => {
    const { program, inputs } = langevin(5, activations.silu, [2, 8, 9, 7, 1]);
    target.mostReads = 7;
    await expectSame(program, inputs(6), 2);
  });

  test("of fewer chains to a workgroup, where those take more of its memory", async () => {
    const { program, inputs } = langevin(3, activations.silu, [2, 64, 64, 1]);
    const [roomy] = plannedFor(program, inputs(259)).chains;
    target.workgroupBytes = 1600;
    const [narrow] = plannedFor(program, inputs(259)).chains;
    expect([roomy.groups[0], narrow.groups[0]]).toEqual([65, 130]);
    await expectSame(program, inputs(259), 2);
  });

  test("longer than a dispatch may take, and than iterations have indices", async () => {
    const program = (x: Tensor) => loop(5000, (i, at) => at.mul(0.9).add(normal(foldIn(key(1), i), at.shape)), x);
    const inputs = [draw(1, [640, 2])];
    const [pieces] = plannedFor(program, inputs).loops;
    expect(pieces.count).toBeGreaterThan(1);
    await expectSame(program, inputs, 1);
    const small = (x: Tensor) => loop(1100, (i, at) => at.mul(0.5).add(i.toFloat()), x);
    expect(plannedFor(small, [draw(1, [3])]).loops[0].count).toBe(1);
    await expectSame(small, [draw(1, [3])], 1);
  });
});

const bodies: Record<string, [program: OfTensors, inputs: HostArray[], chains: number]> = {
  "carries that change places": [
    (x, y) => {
      const { a, b, c } = loop(5, (_i, { a, b, c }) => ({ a: b, b: a.mul(0.5).add(c), c: a }), { a: x, b: y, c: x });
      return [a, b, c];
    },
    [draw(1, [9, 3]), draw(2, [9, 3])],
    1,
  ],
  "a start that every step reads": [(x) => loop(4, (_i, at) => at.mul(0.5).add(x), x), [draw(1, [9, 3])], 1],
  "weights that products go through by columns, and images as rows": [
    (x, w) =>
      loop(
        3,
        (_i, at) =>
          matmul(at.reshape([7, 12]), w, { transposeB: true })
            .tanh()
            .reshape([7, 3, 2, 2]),
        x,
      ),
    [draw(1, [7, 3, 2, 2]), draw(2, [12, 12])],
    1,
  ],
  "rows of rows, moved within a chain": [
    (x, w) =>
      loop(
        3,
        (_i, at) =>
          matmul(at.reshape([20, 3]), w)
            .reshape([5, 4, 3])
            .transpose([0, 2, 1])
            .reshape([5, 4, 3]),
        x,
      ),
    [draw(1, [5, 4, 3]), draw(2, [3, 3])],
    1,
  ],
  "parts of rows, put together in another order": [
    (x) =>
      loop(
        3,
        (_i, at) =>
          concat(
            [
              at.slice([null, [2]]),
              at
                .slice([null, [0, 2]])
                .pad([
                  [0, 0],
                  [1, 1],
                ])
                .slice([null, [1, 3]])
                .cos(),
            ],
            1,
          ),
        x,
      ),
    [draw(1, [6, 5])],
    1,
  ],
  "sums, extremes and comparisons within rows": [
    (x) =>
      loop(
        4,
        (_i, at) => {
          const high = at.max(1, { keepDims: true });
          const shares = at.sub(high).exp();
          return where(
            at.less(0.2),
            shares.div(shares.sum(1, { keepDims: true })),
            at.mul(0.9).sub(at.min(1, { keepDims: true })),
          );
        },
        x,
      ),
    [draw(1, [8, 37])],
    1,
  ],
  "integers, truth values and keys": [
    (x, counts) => {
      const start = { x, counts, low: x.less(0), keys: split(key(3), 7) };
      const end = loop(
        3,
        (i, { x, counts, low, keys }) => ({
          x: low.where(x.mul(0.5), x.sub(counts.toFloat())),
          counts: counts.add(i).add(x.greater(0).toFloat().toIndex()),
          low: x.less(0).not(),
          keys: foldIn(keys, counts),
        }),
        start,
      );
      return [end.x, end.counts, end.low.toFloat(), bits(end.keys, [7])];
    },
    [draw(1, [7]), drawIndices(2, [7], 9)],
    1,
  ],
  "loops within a step": [
    (x, w) =>
      loop(
        3,
        (i, at) => {
          const { h, v } = loop(
            4,
            (j, { h, v }) => ({ h: matmul(h, w).add(v).tanh(), v: v.mul(0.5).add(at).add(j.toFloat()) }),
            { h: at, v: normal(foldIn(key(2), i), [6, 3]) },
          );
          return h.add(v).mul(0.3);
        },
        x,
      ),
    [draw(1, [6, 3]), draw(2, [3, 3])],
    1,
  ],
  "noise that several read": [
    (x) => {
      const { at, sum } = loop(
        4,
        (i, { at, sum }) => {
          const noise = normal(foldIn(key(4), i), [50, 2]);
          return { at: at.mul(0.5).add(noise), sum: sum.add(noise.square().sum(1)).mul(at.sum(1).cos()) };
        },
        { at: x, sum: x.sum(1) },
      );
      return [at, sum];
    },
    [draw(1, [50, 2])],
    1,
  ],
  "noise of all chains that each reads in another order": [
    (x) =>
      loop(
        2,
        (i, at) =>
          at.add(
            normal(foldIn(key(1), i), [5, 40])
              .transpose()
              .slice([[0, 5]]),
          ),
        x,
      ),
    [draw(1, [5, 5])],
    1,
  ],
  "counts and factors that all chains share": [
    (x) => {
      const { at, factor, count, unread, total } = loop(
        5,
        (_i, { at, factor, count, unread, total }) => ({
          at: at.mul(factor).add(normal(foldIn(key(8), count), [9, 2])),
          factor: factor.mul(0.9).add(count.toFloat().mul(0.01)),
          count: count.add(3),
          unread: unread.mul(1.1).add(factor),
          total: total.add(at.mul(factor).mean()),
        }),
        { at: x, factor: tensor(0.7), count: tensor(2, "u32"), unread: tensor([1, 2]), total: tensor(0) },
      );
      return [at, factor, count, unread, total];
    },
    [draw(1, [9, 2])],
    2,
  ],
  "totals of several kinds, of one and of all chains": [
    (x) => {
      const { at, ...totals } = loop(
        6,
        (i, { at, mean, most, decayed }) => ({
          at: at.mul(0.8).add(at.sum(1, { keepDims: true }).sin()),
          mean: mean.add(at.mean()),
          most: most.maximum(at.mul(i.toFloat()).max()),
          decayed: decayed.mul(0.9).add(at.sum(0).mul(i.toFloat().add(1))),
        }),
        { at: x, mean: tensor(0), most: tensor(-9), decayed: tensor([1, 2, 3]) },
      );
      return [at, ...Object.values(totals)];
    },
    [draw(1, [700, 3])],
    2,
  ],
  "a walk in every turn of a loop that is none": [
    (x, w) => {
      const { at, weights } = loop(
        3,
        (j, { at, weights }) => {
          const walked = loop(
            5,
            (i, h) =>
              matmul(h, weights)
                .tanh()
                .add(normal(foldIn(foldIn(key(6), j), i), [6, 3])),
            at,
          );
          return { at: walked, weights: weights.add(matmul(walked, at, { transposeA: true }).mul(0.01)) };
        },
        { at: x, weights: w },
      );
      return [at, weights];
    },
    [draw(1, [6, 3]), draw(2, [3, 3])],
    1,
  ],
};

test.each(Object.entries(bodies))("%s give the same bits", async (_name, [program, inputs, chains]) => {
  await expectSame(program, inputs, chains);
});

/** Loops that are no chain, and what is said of them. */
const obstacles: Record<string, [program: OfTensors, inputs: HostArray[], reason: string]> = {
  "a convolution": [
    (x, w) => loop(2, (_i, at) => conv2d(at, w, { padding: 1 }).tanh(), x),
    [draw(1, [4, 2, 5, 5]), draw(2, [2, 2, 3, 3])],
    "conv2d is not known to keep chains apart",
  ],
  "a mean over chains that goes back to them": [
    (x) => loop(2, (_i, at) => at.sub(at.mean(0)), x),
    [draw(1, [5, 2])],
    "sum goes over several chains",
  ],
  "a look at the next chain": [
    (x) => loop(2, (_i, at) => concat([at.slice([[1]]), at.slice([[0, 1]])]).mul(0.5), x),
    [draw(1, [5, 2])],
    "slice moves elements from chain to chain",
  ],
  "chains in another order": [
    (x, rows) => loop(2, (_i, at) => take(at, rows).mul(0.5), x),
    [draw(1, [5, 2]), drawIndices(1, [5], 5)],
    "take moves elements from chain to chain",
  ],
  "a step size that all chains share": [
    (x) => {
      const { at, size } = loop(
        3,
        (_i, { at, size }) => ({ at: at.mul(size), size: size.mul(at.square().mean()).add(0.1) }),
        { at: x, size: tensor(0.5) },
      );
      return [at, size];
    },
    [draw(1, [5, 2])],
    "a carry, f32 [], is no chain's own",
  ],
  "rows put into a table": [
    (x, rows) => loop(2, (_i, at) => put(at, rows, take(at, rows).mul(2)), x),
    [draw(1, [5, 2]), { ...drawIndices(1, [1], 5) }],
    "take moves elements from chain to chain",
  ],
  "weights that change": [
    (x, w) => loop(2, (i, at) => matmul(at, w.mul(i.toFloat().add(1))).tanh(), x),
    [draw(1, [5, 3]), draw(2, [3, 3])],
    "the weights f32 [3, 3] from mul change from step to step",
  ],
  "a product of chains with each other": [
    (x) => loop(2, (_i, at) => matmul(matmul(at, at, { transposeB: true }).mul(0.1), at), x),
    [draw(1, [5, 3])],
    "matmul multiplies by f32 [5, 3] from input, which is not the same for all chains",
  ],
  "more noise that all chains share than each had better compute": [
    (x) =>
      loop(
        2,
        (i, at) => {
          const noise = normal(foldIn(key(1), i), [1100]).square();
          return at.add(noise.slice([[0, 5]])).mul(at.add(noise.slice([[5, 10]])).sum(1, { keepDims: true }));
        },
        x,
      ),
    [draw(1, [7, 5])],
    "every workgroup would compute all of f32 [1100] from square",
  ],
  "an order of all chains": [
    (x) => {
      const { at, rank } = loop(
        2,
        (_i, { at, rank }) => ({
          at: at.mul(0.5),
          rank: rank.add(
            at
              .cumsum(0)
              .slice([[4]])
              .sum(),
          ),
        }),
        { at: x, rank: tensor(0) },
      );
      return [at, rank];
    },
    [draw(1, [5, 2])],
    "cumsum has no form for all iterations at once",
  ],
};

test.each(Object.entries(obstacles))("%s makes no chain, and says why", async (_name, [program, inputs, reason]) => {
  const { loops, chains } = plannedFor(program, inputs);
  expect({ chains: chains.length, obstacle: loops[0].obstacle }).toEqual({ chains: 0, obstacle: reason });
  await expectSame(program, inputs, 0);
});

test("a chain that has more to remember than a workgroup makes none, and says why", () => {
  target.workgroupBytes = 1024;
  const { program, inputs } = langevin(3, (x) => x.silu(), [2, 300, 1]);
  expect(plannedFor(program, inputs(3)).loops[0].obstacle).toMatch(
    /^a chain takes \d+ bytes of workgroup memory, this adapter has 1024$/,
  );
});

test("stages that are worth a dispatch each are dispatches, where small ones only are walked by one kernel", () => {
  target.chains = "small";
  const of = (width: number) => langevin(3, (x) => x.silu(), [2, width, width, 1]);
  const [small, large] = [of(64), of(1900)].map(({ program, inputs }) => plannedFor(program, inputs(2)));
  expect([small.chains.length, large.chains.length]).toEqual([2, 0]);
  expect(large.loops[0].obstacle).toBe("its stages are large enough for a dispatch each");
});

test("a loop takes the form that is pinned, on every adapter", async () => {
  const { program, inputs } = langevin(3, (x) => x.silu(), [2, 4, 1]);
  target.choices = pinned("loop.dispatches");
  expect(plannedFor(program, inputs(5)).chains).toHaveLength(0);
  device.target.choices = pinned("loop.chain");
  expect((await on(device, program, inputs(5))).plan).toContain("shaders/chain.wgsl");
  device.target.choices = new Map();
});

test.runIf(chaining.gpu.features.has("shader-f16"))("no loop is a chain where activations are kept in f16", () => {
  const { program, inputs } = langevin(3, (x) => x.silu(), [2, 4, 1]);
  expect(plannedFor(program, inputs(5), { storage: "f16" }).chains).toHaveLength(0);
});

test("explain() tells the stages of a chain, its steps, and what it reads and writes", async () => {
  const { program, inputs } = langevin(20, (x) => x.tanh(), [2, 8, 1]);
  const { plan } = await on(chaining, program, inputs(5));
  const lines = plan.split("\n").map((line) => line.trim().replace(/ {2,}/g, "  "));
  const at = lines.findIndex((line) => line.startsWith("1 times"));
  // Carries of 5 · 2 numbers and 20 · 5 slopes of two each are written; read are the carries, 16 weights of the first layer, straight and
  // turned, and 8 each of its bias and of the second layer.
  expect(lines.slice(at, at + 8)).toEqual([
    "1 times: 1 dispatch, 11.4 kFLOP, 232 B read, 840 B written each",
    "add, 20 steps of 2 stages  shaders/chain.wgsl  5 × 1 × 1 groups  11.4 kFLOP  232 B → 840 B  #3 #1 #2 #6 → #7 #8",
    "· 0.matmul → ∇mul, 360 FLOP a step",
    "· ∇0.matmul, add, 210 FLOP a step",
    "sum  shaders/reduce.wgsl  1 × 1 × 1 groups  500 FLOP  800 B → 80 B  #8 → #9",
    "copy 4 B  #5 → #10",
    "1 times: 1 dispatch, 40 FLOP, 84 B read, 4 B written each",
    "add, 20 steps of 1 stage  shaders/chain.wgsl  1 × 1 × 1 groups  40 FLOP  84 B → 4 B  #9 → #10",
  ]);
});

test("profile() measures a chain as one dispatch", async () => {
  useDevice(chaining);
  const { program, inputs } = langevin(20, (x) => x.tanh(), [2, 8, 1]);
  const [x, ...weights] = inputs(4).map(fromArray);
  const compiled = compile(program);
  const { rows } = await compiled.profile(x, ...weights);
  expect(rows.filter(({ shader }) => shader === "shaders/chain.wgsl").map(({ times }) => times)).toEqual([1, 1]);
  expect(rows.length).toBeLessThan(8);
  dispose(x, weights);
  compiled.dispose();
  useDevice(device);
});

describe("random steps of chains", () => {
  /** What is done to a row of `width` numbers, given noise and weights. */
  type Part = (x: Tensor, at: { i: Tensor; w: Tensor; b: Tensor; salt: number }) => Tensor;
  const parts: Record<string, Part> = {
    tanh: (x) => x.tanh(),
    silu: (x) => x.silu(),
    bias: (x, { b }) => x.add(b),
    product: (x, { w }) => matmul(x, w).mul(0.3),
    "product by columns": (x, { w }) => matmul(x, w, { transposeB: true }).mul(0.3),
    noise: (x, { i, salt }) => x.add(normal(foldIn(foldIn(key(salt), i), 1), x.shape).mul(0.1)),
    "a gradient": (x, { w }) => x.sub(grad(sum(matmul(x, w).tanh().square()), x).mul(0.1)),
    softmax: (x) => x.softmax(1),
    "a rotation": (x) => concat([x.slice([null, [1]]), x.slice([null, [0, 1]])], 1),
    "the largest": (x) => x.sub(x.max(1, { keepDims: true })),
    "a norm": (x) => x.div(x.square().sum(1, { keepDims: true }).add(1).sqrt()),
    "a choice": (x, { i }) => where(x.less(i.toFloat().mul(0.1)), x.mul(0.5), x.neg()),
    "twice the width": (x) =>
      concat([x, x.mul(2)], 1)
        .sum(1, { keepDims: true })
        .mul(0.1)
        .add(x),
    "a loop": (x, { w, b }) => loop(2, (j, h) => matmul(h, w).add(b).add(j.toFloat()).cos(), x),
  };

  test("are chains, and give the bits of dispatches", async () => {
    await check(
      fc.record({
        steps: fc.array(fc.constantFrom(...Object.keys(parts)), { minLength: 1, maxLength: 6 }),
        chains: fc.constantFrom(1, 2, 7, 130),
        width: fc.constantFrom(2, 5, 16),
        count: fc.constantFrom(1, 2, 5),
        carries: fc.boolean(),
      }),
      async ({ steps, chains, width, count, carries }) => {
        const program = (x: Tensor, w: Tensor, b: Tensor) => {
          const end = loop(
            count,
            (i, { at, other, heat, total }) => {
              const next = steps.reduce((h, name, salt) => parts[name](h, { i, w, b, salt }), at);
              return carries
                ? { at: next, other: at.add(other.mul(heat)), heat: heat.mul(0.9), total: total.add(next.mean()) }
                : { at: next, other, heat, total };
            },
            { at: x, other: x, heat: tensor(0.5), total: tensor(0) },
          );
          return [end.at, end.other, end.heat, end.total];
        };
        const inputs = [draw(1, [chains, width]), draw(2, [width, width]), draw(3, [width])];
        await expectSame(program, inputs, carries && chains > 1 ? 2 : 1);
      },
      25,
    );
  });
});
