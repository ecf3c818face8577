/**
 * Programs whose activations lie in f16: within the bounds that rounding to 11 bits gives, in every form of every kernel. SwiftShader has no
 * f16, so there every test of numbers is one that the program is refused.
 */

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { agreementOf, expected } from "../../engine/check/agreement.ts";
import type { Dispatch } from "../../engine/compile/schedule.ts";
import {
  autotune,
  compile,
  concat,
  conv2d,
  conv2dInput,
  conv2dWeight,
  cumsum,
  dispose,
  formsOn,
  fromArray,
  grad,
  iota,
  loop,
  matmul,
  memoryOf,
  named,
  pad,
  pinned,
  put,
  scope,
  sum,
  take,
  toArray,
  type HostArray,
  type Tensor,
} from "../../engine/index.ts";
import { draw, f32, seeds } from "./draw.ts";
import { on, plain, tiled, type OfTensors } from "./forms.ts";
import { device } from "./opened.ts";
import { INPUTS, programs, run } from "./programs.ts";
import { check } from "./property.ts";

const able = device.hasHalves;
const devices = { suited: device, plain, tiles: tiled };

/** The tensors of tests are small. */
const usual = device.target.leastHalf;
const setLeast = (least: number): void => {
  for (const { target } of Object.values(devices)) target.leastHalf = least;
};
beforeAll(() => setLeast(1));
afterAll(() => setLeast(usual));

const refusal =
  /^compile: storage "f16" needs the WebGPU feature shader-f16, which this adapter does not have \(.+\); choose "f32"$/;

/** Asserts that an adapter without f16 refuses a program. */
async function expectRefused(program: OfTensors, inputs: readonly HostArray[]): Promise<void> {
  const compiled = compile((...x: Tensor[]) => [program(...x)].flat(), { storage: "f16" });
  const tensors = inputs.map(fromArray);
  await expect(compiled.prepare(...tensors)).rejects.toThrow(refusal);
  dispose(tensors);
  compiled.dispose();
}

/** Asserts that a program with its activations in f16 is within its bounds of the reference; returns its plan, none where it is refused. */
async function expectHalved(
  program: OfTensors,
  inputs: readonly HostArray[],
  { meaning = program, donate = [] }: { meaning?: OfTensors; donate?: readonly number[] } = {},
): Promise<string> {
  if (!able) {
    await expectRefused(program, inputs);
    return "";
  }
  const compiled = compile((...x: Tensor[]) => [program(...x)].flat(), { storage: "f16", donate });
  const tensors = inputs.map(fromArray);
  try {
    const plan = (await compiled.prepare(...tensors)).explain({ wgsl: true });
    const results = scope(() => compiled(...tensors));
    const { problem } = await agreementOf("in f16", results, expected(meaning, inputs, false, "f16"));
    if (problem !== null) expect.fail(problem);
    dispose(results);
    return plan;
  } finally {
    dispose(tensors.filter((_, at) => !donate.includes(at)));
    compiled.dispose();
  }
}

/** The aliases that are f16 somewhere in a plan, by the shader they are in. */
const narrowIn = (plan: string): Set<string> =>
  new Set(
    plan.split("\n=== ").flatMap((text) => {
      const file = /\((\w+)\.wgsl\)/.exec(text)?.[1] ?? "";
      return [...text.matchAll(/^alias (\w+) = f16;$/gm)].map(([, alias]) => `${file}.${alias}`);
    }),
  );

test("an adapter without shader-f16 refuses, and says what it lacks and what to choose; a plan can be looked at", async () => {
  const lacking = vi.spyOn(device, "hasHalves", "get").mockReturnValue(false);
  const program = compile((x: Tensor) => matmul(matmul(x, x), x), { storage: "f16" });
  const x = fromArray(draw(1, [4, 4]));
  expect(() => program(x)).toThrow(refusal);
  expect(() => program.profile(x)).toThrow(refusal);
  await expect(program.prepare(x)).rejects.toThrow(refusal);
  expect(program.trace(x).explain()).toContain("½");
  lacking.mockRestore();
  dispose(x);
  program.dispose();
});

/** Something that reads y as the operand of a kernel, so that y is stored and no result: y [n, …], m [size / n, 2]. */
const read = (y: Tensor, m: Tensor): Tensor => matmul(y.reshape([y.shape[0], -1]), m);

const [n, channels, outputs, size] = [3, 34, 35, 6];
const [images, results] = [
  [n, channels, size, size],
  [n, outputs, size, size],
];

/** Two images and a kernel that products and convolutions have made, of x [n, 2, size, size] and weights. */
const made = (x: Tensor, toImages: Tensor, toResults: Tensor, p: Tensor, q: Tensor) => ({
  image: conv2d(x, toImages),
  slopes: conv2d(x, toResults),
  kernel: matmul(p, q).reshape([outputs, channels, 3, 3]),
});
const ofImages = [
  draw(1, [n, 2, size, size]),
  draw(2, [channels, 2, 1, 1]),
  draw(3, [outputs, 2, 1, 1]),
  draw(4, [outputs, 4], -0.3, 0.3),
  draw(5, [4, channels * 9], -0.3, 0.3),
];
const reader = (shape: readonly number[]): HostArray => draw(6, [shape.slice(1).reduce((a, b) => a * b), 2], -0.1, 0.1);

/** Programs in which a kernel reads what is in f16, and leaves such where it may: which of its aliases then are. */
const families: Record<string, { program: OfTensors; inputs: HostArray[]; aliases: string[] }> = {
  matmul: {
    program: (a, b, c, d, m) => {
      const [left, right] = named("operands", () => [matmul(a, b), matmul(c, d)]);
      return read(
        named("op", () => matmul(left, right, { transposeB: true })),
        m,
      );
    },
    inputs: [draw(1, [40, 2]), draw(2, [2, 300]), draw(3, [65, 2]), draw(4, [2, 300]), draw(5, [65, 2], -0.1, 0.1)],
    aliases: ["A", "B", "Y"],
  },
  conv2d: {
    program: (x, a, b, p, q, m) => {
      const { image, kernel } = made(x, a, b, p, q);
      return read(conv2d(image, kernel, { padding: 1 }), m);
    },
    inputs: [...ofImages, reader(results)],
    aliases: ["X", "W", "Y"],
  },
  // A form for windows of few taps, so with a program of its own.
  conv2dTaps: {
    program: (x, toImage, p, q, m) => {
      const kernel = matmul(p, q).reshape([outputs, 3, 3, 3]);
      return read(conv2d(conv2d(x, toImage), kernel, { padding: 1 }), m);
    },
    inputs: [
      draw(1, [n, 2, size, size]),
      draw(2, [3, 2, 1, 1]),
      draw(4, [outputs, 4], -0.3, 0.3),
      draw(5, [4, 27], -0.3, 0.3),
      reader(results),
    ],
    aliases: ["X", "W", "Y"],
  },
  conv2dInput: {
    program: (x, a, b, p, q, m) => {
      const { slopes, kernel } = made(x, a, b, p, q);
      return read(conv2dInput(slopes, kernel, { padding: 1, shape: images }), m);
    },
    inputs: [...ofImages, reader(images)],
    aliases: ["X", "W", "Y"],
  },
  // The same for images of few channels.
  conv2dInputRows: {
    program: (x, toResults, p, q, m) => {
      const kernel = matmul(p, q).reshape([outputs, 3, 3, 3]);
      return read(conv2dInput(conv2d(x, toResults), kernel, { padding: 1, shape: [n, 3, size, size] }), m);
    },
    inputs: [
      draw(1, [n, 2, size, size]),
      draw(3, [outputs, 2, 1, 1]),
      draw(4, [outputs, 4], -0.3, 0.3),
      draw(5, [4, 27], -0.3, 0.3),
      reader([n, 3, size, size]),
    ],
    aliases: ["X", "W", "Y"],
  },
  conv2dWeight: {
    program: (x, a, b, p, q) => {
      const { image, slopes } = made(x, a, b, p, q);
      return conv2dWeight(image, slopes, { padding: 1, shape: [outputs, channels, 3, 3] });
    },
    inputs: ofImages,
    aliases: ["X", "Y"],
  },
};

describe.each(Object.entries(families))("%s with operands and results in f16", (name, { program, inputs, aliases }) => {
  const forms = Object.entries(devices).flatMap(([label, { target }]) =>
    formsOn(target)
      .filter((form) => form.replace(/(Subgroup|Wide|Tile)?(\.\w+)?$/, "") === name)
      .map((form) => ({ label, form })),
  );

  test("is within its bounds of the reference", async () => {
    await expectHalved(program, inputs);
  });

  test.each(forms)("is the same bits in the form $form on a device for $label kernels", async ({ label, form }) => {
    if (!able) return expectRefused(program, inputs);
    const which = devices[label as keyof typeof devices];
    const [wanted, choices] = [await on(plain, program, inputs, { storage: "f16" }), which.target.choices];
    which.target.choices = pinned(form);
    const { data, plan } = await on(which, program, inputs, { storage: "f16" }).finally(
      () => (which.target.choices = choices),
    );
    expect(data).toEqual(wanted.data);
    const narrow = narrowIn(plan);
    const [file] = form.split(".");
    for (const alias of aliases) expect(narrow).toContain(`${file}.Element${alias}`);
  });
});

/** An expression of two products, with one of which it cannot be joined: g is read where it is written, h elsewhere. */
const apart: OfTensors = (a, b, c, m) => {
  const [g, h] = [matmul(a, b), matmul(a, c)];
  return [matmul(g.add(h.flip(0)).tanh(), m), matmul(g, m)];
};
const ofApart = (rows: number, columns: number): HostArray[] => [
  draw(1, [rows, 3]),
  draw(2, [3, columns]),
  draw(3, [3, columns]),
  draw(4, [columns, 2], -0.1, 0.1),
];

test.each([
  [1, 1],
  [2, 3],
  [33, 31],
  [256, 256],
  [257, 259],
])("expressions of %i × %i elements read and write f16, as vectors where there are many", async (rows, columns) => {
  const plan = await expectHalved(apart, ofApart(rows, columns));
  if (!able) return;
  if (rows > 1) expect(plan).toMatch(/leaf\d: array<(vec4<)?f16>?>/);
  const taken = rows * columns >= 2 ** 16 && device.target.elements(rows * columns) >= 4;
  expect(plan.includes("vec4<f16>")).toBe(taken);
});

test("expressions of f16 are the same bits in all forms", async () => {
  if (!able) return expectRefused(apart, ofApart(256, 257));
  const wanted = await on(plain, apart, ofApart(256, 257), { storage: "f16" });
  for (const which of Object.values(devices))
    expect((await on(which, apart, ofApart(256, 257), { storage: "f16" })).data).toEqual(wanted.data);
});

test.each<[string, OfTensors, string]>([
  [
    "a result besides another",
    (a, b, m) => [matmul(matmul(a, b).tanh(), m), matmul(matmul(a, b), m)],
    "beside0: array<f16>",
  ],
  ["sums", (a, b, m) => [matmul(matmul(a, b), m), matmul(a, b).exp().sum(1)], "f32(leaf0["],
  [
    "extremes, in f32",
    (a, b, m) => {
      const h = matmul(a, b);
      return [matmul(h, m), h.max(0), matmul(h.softmax(1), m)];
    },
    "360 B → 40 B",
  ],
  [
    "a sum that ends as a mask",
    (a, b, m) => {
      const h = matmul(a, b);
      const mask = h.reshape([9, 1, 10]).exp().sum(1).greater(1).toFloat();
      return [matmul(mask.mul(h), m), matmul(h, m)];
    },
    "alias Element = f32;\n\n// What the buffer of the result holds: f16 where a plan keeps what an epilogue makes of it so.\nalias ElementY = f16;",
  ],
  ["running sums", (a, b, m) => [matmul(matmul(a, b), m), cumsum(matmul(a, b), 1)], "alias ElementX = f16;"],
  [
    "movements",
    (a, b, m) => {
      const h = matmul(a, b);
      const moved = concat([
        pad(h, [
          [1, 0],
          [0, 0],
        ]).slice([[0, 9]]),
        take(h, iota([9]).mul(2)),
      ])
        .transpose()
        .flip(1);
      return [matmul(moved.transpose(), m), matmul(h, m)];
    },
    "f32(leaf0[",
  ],
  [
    "rows put",
    (a, b, m) => [matmul(put(matmul(a, b), iota([2]), matmul(a, b).slice([[3, 5]])), m), matmul(matmul(a, b), m)],
    "copy 360 B",
  ],
  [
    "numbers that spread",
    (a, b, m) => matmul(matmul(a, b).sub(matmul(a, b).mean(0, { keepDims: true })), m),
    "f32(y[i])",
  ],
])("%s", async (_name, program, part) => {
  const plan = await expectHalved(program, [draw(1, [9, 7]), draw(2, [7, 10]), draw(3, [10, 3])]);
  if (able) expect(plan).toContain(part);
});

test.each([
  [0, 3, 2],
  [1, 1, 1],
  [3, 0, 2],
  [5, 3, 0],
])("products of %i × %i by %i", async (rows, inner, columns) => {
  await expectHalved(
    (a, b, m) => matmul(matmul(a, b).tanh(), m),
    [draw(1, [rows, inner]), draw(2, [inner, columns]), draw(3, [columns, 2])],
  );
});

describe("random programs", () => {
  const inputsOf = (seed: number): HostArray[] => Array.from({ length: INPUTS }, (_, at) => draw(seed + at, [3, 4]));

  test("are within their bounds", () =>
    check(
      fc.tuple(programs(10), seeds),
      async ([program, seed]) => {
        await expectHalved((...x) => run(program, x), inputsOf(seed));
      },
      20,
    ));

  test("have gradients of first and second order within theirs", () =>
    check(
      fc.tuple(programs(5), seeds),
      async ([program, seed]) => {
        await expectHalved((x, y) => {
          const slope = grad(sum(run(program, [x, y]).square()), x);
          return [slope, grad(sum(slope.square()), y)];
        }, inputsOf(seed));
      },
      12,
    ));

  test("as the body of a loop are that many calls of it, whatever it reads from outside", () =>
    check(
      fc.tuple(programs(4), fc.constantFrom(1, 2, 3), fc.boolean(), seeds),
      async ([body, count, nested, seed]) => {
        const program =
          (unroll: boolean): OfTensors =>
          (x, y) => {
            const outside = matmul(x, y, { transposeB: true }).tanh();
            const step = (_i: Tensor, [a, b]: Tensor[]): Tensor[] => {
              const next = matmul(outside, run(body, [a, b]).tanh()).mul(0.3);
              const inner = nested ? loop(2, (_j, c) => matmul(outside, c).tanh(), b, { unroll }) : b;
              return [inner, next];
            };
            return loop(count, step, [x, y], { unroll });
          };
        await expectHalved(program(false), inputsOf(seed), { meaning: program(true) });
      },
      12,
    ));
});

test("arguments that are donated are overwritten by f32 alone", async () => {
  const momentum: OfTensors = (x, w, m) => {
    const slope = grad(sum(matmul(matmul(x, w).tanh(), w).square()), w);
    const kept = m.mul(0.9).add(slope);
    return [w.sub(kept.mul(0.1)), kept];
  };
  const plan = await expectHalved(momentum, [draw(1, [9, 6]), draw(2, [6, 6]), draw(3, [6, 6])], { donate: [1, 2] });
  if (able) expect(plan).toContain("½");
});

describe("what becomes of numbers", () => {
  /** x · 1, on the way through an f16. */
  const stored: OfTensors = (x, one) => matmul(matmul(x, one), one);
  const unit = f32([2, 2], 1, 0, 0, 1);
  const through = async (...numbers: number[]): Promise<number[]> => {
    const { data } = await on(device, stored, [f32([numbers.length / 2, 2], ...numbers), unit], { storage: "f16" });
    return Array.from(data[0]);
  };

  test("they are rounded to the nearest of 11 bits, to the even one of two", async () => {
    if (!able) return expectRefused(stored, [unit, unit]);
    const [up, tie] = [1 + 2 ** -10, 2 ** -11];
    expect(await through(1 + tie, 1 + 3 * tie, 1 + tie + 2 ** -20, -1 - tie - 2 ** -20, 65504, 65519)).toEqual([
      ...[1, 1 + 2 ** -9, up, -up, 65504, 65504],
    ]);
    expect(await through(2 ** -24, 2 ** -25, 3 * 2 ** -26, 2 ** -26)).toEqual([2 ** -24, 0, 2 ** -24, 0]);
  });

  test("beyond 65 504 they are infinite, and NaN stays what it is", async () => {
    if (!able) return expectRefused(stored, [unit, unit]);
    const compiled = compile((x: Tensor, one: Tensor) => matmul(matmul(x, one).add(0).maximum(-1e9), one).isFinite(), {
      storage: "f16",
    });
    const [x, one] = [fromArray(f32([2, 2], 65504, 65504, 65520, -1e6)), fromArray(unit)];
    expect(Array.from((await toArray(compiled(x, one))).data)).toEqual([1, 1, 0, 0]);
    const nan = fromArray(f32([2, 2], NaN, 1, 1, 1));
    expect(Array.from((await toArray(compiled(nan, one))).data)).toEqual([0, 0, 1, 1]);
    dispose(x, one, nan);
    compiled.dispose();
  });
});

/** A net of three layers and the gradient of its last one. */
const net: OfTensors = (x, w, v) => {
  const loss = sum(matmul(matmul(matmul(x, w).silu(), w).silu(), v).square());
  return [loss, ...grad(loss, [w, v])];
};
const ofNet = [draw(1, [65, 64], -0.5, 0.5), draw(2, [64, 64], -0.2, 0.2), draw(3, [64, 8])];

describe("a plan", () => {
  const traced = (storage: "f32" | "f16") => {
    const program = compile((x: Tensor, w: Tensor, v: Tensor) => net(x, w, v) as Tensor[], { storage });
    const tensors = ofNet.map(fromArray) as [Tensor, Tensor, Tensor];
    const plan = program.trace(...tensors);
    dispose(tensors);
    program.dispose();
    return plan;
  };

  test("counts two bytes for each element it keeps in f16, and marks the buffers", () => {
    const [wide, narrow] = [traced("f32"), traced("f16")];
    const product = (plan: typeof wide) => plan.schedule.commands.find(({ kind }) => kind === "dispatch") as Dispatch;
    const [before, after] = [product(wide), product(narrow)];
    expect(after.read).toBe(before.read);
    expect(after.written).toBe(before.written / 2);
    expect(wide.explain()).not.toContain("½");
    expect(narrow.explain()).toMatch(/#0 #1 → #\d+½/);
    const [w, h] = [memoryOf(wide.schedule), memoryOf(narrow.schedule)];
    expect(h.given).toBe(w.given);
    expect(h.unplanned).toBeLessThan(w.unplanned);
    // Of what is planned, the results are f32.
    const returned = 4 * (1 + 64 * 64 + 64 * 8);
    expect(h.planned - returned).toBeLessThan(0.75 * (w.planned - returned));
  });

  test("rounds an odd number of halves up to whole words", () => {
    const program = compile((x: Tensor, w: Tensor) => matmul(matmul(x, w), w), { storage: "f16" });
    const [x, w] = [fromArray(draw(1, [3, 3])), fromArray(draw(2, [3, 3]))];
    const { slots } = program.trace(x, w).schedule;
    expect(slots.filter(({ role }) => role === "kept").map(({ bytes }) => bytes)).toEqual([20]);
    dispose(x, w);
    program.dispose();
  });

  test("of small tensors keeps none in f16", () => {
    setLeast(65 * 64 + 1);
    expect(traced("f16").explain()).toBe(traced("f32").explain());
    setLeast(1);
  });

  test("is profiled and tuned like any other, and no form changes a bit", async () => {
    if (!able) return expectRefused(net, ofNet);
    const wanted = await on(device, net, ofNet, { storage: "f16" });
    const tensors = ofNet.map(fromArray) as [Tensor, Tensor, Tensor];
    const before = device.target.choices;
    const { choices } = await autotune(
      device,
      async () => {
        const program = compile((x: Tensor, w: Tensor, v: Tensor) => net(x, w, v) as Tensor[], { storage: "f16" });
        const profile = await program.profile(...tensors);
        program.dispose();
        return profile;
      },
      1000,
    );
    expect(choices.size).toBeGreaterThan(0);
    const tuned = await on(device, net, ofNet, { storage: "f16" });
    device.target.choices = before;
    dispose(tensors);
    expect(tuned.data).toEqual(wanted.data);
  });
});
