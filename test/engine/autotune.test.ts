/** Forms of kernels: every one gives the same bits, and those are taken that were measured to be the fastest. */

import { afterEach, describe, expect, test } from "vitest";
import type { Dispatch } from "../../engine/compile/schedule.ts";
import {
  autotune,
  compile,
  conv2d,
  conv2dInput,
  conv2dWeight,
  dispose,
  formsOn,
  fromArray,
  loop,
  matmul,
  pinned,
  toArray,
  type Profile,
  type Tensor,
} from "../../engine/index.ts";
import { draw } from "./draw.ts";
import { device } from "./opened.ts";

const { target } = device;

afterEach(() => void (target.choices = new Map()));

type Use = [op: string, program: (...x: Tensor[]) => Tensor, inputs: ReturnType<typeof draw>[]];

const window = { stride: 2, padding: 1 };
const uses: Use[] = [
  ["matmul", (a, b) => matmul(a, b, { transposeA: true }).add(1), [draw(1, [2, 5, 19]), draw(2, [2, 5, 37])]],
  ["conv2d", (x, w) => conv2d(x, w, window).add(1), [draw(1, [2, 3, 9, 7]), draw(2, [11, 3, 3, 3])]],
  [
    "conv2dInput",
    (y, w) => conv2dInput(y, w, { padding: 1, shape: [2, 3, 9, 7] }).add(1),
    [draw(1, [2, 5, 9, 7]), draw(2, [5, 3, 3, 3])],
  ],
  [
    "conv2dWeight",
    (x, y) => conv2dWeight(x, y, { ...window, shape: [9, 4, 3, 3] }).add(1),
    [draw(1, [2, 4, 9, 7]), draw(2, [2, 9, 5, 4])],
  ],
];

/** A use in one form, or in that of the table: the form, all there are, and the result. */
async function inForm([, program, inputs]: Use, form: string | null) {
  target.choices = form === null ? new Map() : pinned(form);
  const compiled = compile(program);
  const given = inputs.map(fromArray);
  const [dispatch] = compiled.trace(...given).schedule.commands;
  const result = compiled(...given);
  const { data } = await toArray(result);
  dispose(result, given);
  compiled.dispose();
  return { choice: (dispatch as Dispatch).choice!, data };
}

test.each(uses)("%s gives the same bits in every form, also those that its table would not take", async (...use) => {
  const standard = await inForm(use, null);
  const { forms } = standard.choice;
  expect(forms).toEqual(formsOn(target).filter((form) => pinned(form).has(use[0])));
  for (const form of forms) {
    const { choice, data } = await inForm(use, form);
    expect(choice.form).toBe(form);
    expect(data).toEqual(standard.data);
  }
});

test("uses of about the same size are one kind", async () => {
  const kindOf = async (m: number, k: number, n: number) =>
    (await inForm(["matmul", (a, b) => matmul(a, b), [draw(1, [m, k]), draw(2, [k, n])]], null)).choice.kind;
  expect(await kindOf(100, 33, 64)).toBe("matmul 1 × 128 × 64 × 64");
  expect(await kindOf(65, 64, 33)).toBe("matmul 1 × 128 × 64 × 64");
});

describe("autotune()", () => {
  /** A program with two kinds of kernels, whose forms take what `cost` says: to compile and for a run, in milliseconds. */
  const profileOf = (cost: (kind: string, form: string, round: number) => [compilation: number, run: number]) => {
    const forms = ["plain", "narrow", "wide"];
    const seen = new Map<string, number>();
    return (): Promise<Profile> => {
      const rows = ["a", "b"].map((kind, dispatch) => {
        const wanted = target.choices.get(kind) ?? "plain";
        const form = kind === "b" && wanted === "wide" ? "plain" : wanted;
        const round = seen.get(kind + form) ?? 0;
        seen.set(kind + form, round + 1);
        const [compilation, run] = cost(kind, form, round);
        return {
          ...{
            dispatch,
            label: kind,
            shader: "",
            times: 10,
            microseconds: 100 * run,
            share: 0.5,
            "GFLOP/s": 0,
            "GB/s": 0,
          },
          ...{ compilation, choice: { kind, form, forms: kind === "a" ? forms : forms.slice(0, 2) } },
        };
      });
      return Promise.resolve({ rows, microseconds: 0, run: 0, clock: "none" });
    };
  };

  test("takes the form with the least of compilation and all runs together", async () => {
    const cost = (_kind: string, form: string): [number, number] =>
      form === "plain" ? [10, 5] : form === "narrow" ? [30, 4] : [500, 1];
    const few = await autotune(device, profileOf(cost), 10);
    expect([...few.choices]).toEqual([
      ["a", "plain"],
      ["b", "plain"],
    ]);
    const some = await autotune(device, profileOf(cost), 50);
    expect([...some.choices]).toEqual([
      ["a", "narrow"],
      ["b", "narrow"],
    ]);
    const many = await autotune(device, profileOf(cost), 1000);
    expect([...many.choices]).toEqual([
      ["a", "wide"],
      ["b", "narrow"],
    ]);
    expect(target.choices).toBe(many.choices);
    expect(many.trials).toEqual(
      [
        ["a", "plain", 10, 5000],
        ["a", "narrow", 30, 4000],
        ["a", "wide", 500, 1000],
        ["b", "plain", 10, 5000],
        ["b", "narrow", 30, 4000],
      ].map(([kind, form, compilation, microseconds]) => ({ kind, form, compilation, microseconds })),
    );
  });

  test("counts the least time of a form, and the compilation of its first round", async () => {
    const cost = (_kind: string, _form: string, round: number): [number, number] => (round === 0 ? [20, 9] : [0, 3]);
    const { trials } = await autotune(device, profileOf(cost), 10);
    expect(trials[0]).toEqual({ kind: "a", form: "plain", compilation: 20, microseconds: 3000 });
  });

  test("leaves the choices of other programs, and all of them where a measurement fails", async () => {
    target.choices = new Map([["other", "narrow"]]);
    const failing = () => Promise.reject(new Error("no room"));
    await expect(autotune(device, failing, 10)).rejects.toThrow("no room");
    expect([...target.choices]).toEqual([["other", "narrow"]]);
    const { choices } = await autotune(
      device,
      profileOf(() => [1, 1]),
      10,
    );
    expect([...choices]).toEqual([
      ["other", "narrow"],
      ["a", "plain"],
      ["b", "plain"],
    ]);
  });

  test("measures a real program in all its forms, and its result stays what it was", async () => {
    const [a, b] = [fromArray(draw(1, [40, 24])), fromArray(draw(2, [24, 33]))];
    const program = (a: Tensor, b: Tensor) => matmul(a, b).tanh();
    const result = async () => {
      const compiled = compile(program);
      const y = compiled(a, b);
      const { data } = await toArray(y);
      compiled.dispose();
      dispose(y);
      return data;
    };
    const before = await result();
    const told: string[] = [];
    const { choices, trials } = await autotune(
      device,
      () => compile(program).profile(a, b),
      100,
      (form) => told.push(form),
    );
    expect([...choices.keys()]).toEqual(["matmul 1 × 64 × 64 × 32"]);
    expect(trials.map(({ form }) => form)).toContain([...choices.values()][0]);
    expect(told).toEqual(trials.slice(1).map(({ form }) => form));
    for (const { compilation, microseconds } of trials) expect(Math.min(compilation, microseconds)).toBeGreaterThan(0);
    expect(await result()).toEqual(before);
    dispose(a, b);
  });

  describe("of loops that may be kernels of their own", () => {
    const { chains } = target;
    afterEach(() => void (target.chains = chains));

    /** A walk of three chains: one kernel or a dispatch for each product. */
    const walk = (x: Tensor, w: Tensor) => loop(4, (_i, x) => matmul(x, w).tanh(), x);
    const given = () => [fromArray(draw(1, [3, 5])), fromArray(draw(2, [5, 5]))] as const;

    test("lets whole runs tell, and takes what was the faster", async () => {
      target.chains = "all";
      const [x, w] = given();
      for (const [slow, fast] of [
        ["loop.suited", "loop.dispatches"],
        ["loop.dispatches", "loop.suited"],
      ]) {
        const told: string[] = [];
        const profile = async (): Promise<Profile> => {
          const compiled = compile(walk);
          const measured = await compiled.profile(x, w);
          compiled.dispose();
          return { ...measured, run: target.choices.get("loop") === slow ? 9000 : 1000 };
        };
        const { choices, trials } = await autotune(device, profile, 1000, (form) => told.push(form));
        expect(choices.get("loop")).toBe(fast);
        // Kernels within the loop are tuned too.
        expect([...choices.keys()]).toEqual(["matmul 1 × 4 × 8 × 8", "loop"]);
        expect(told.slice(-2)).toEqual(["loop.suited", "loop.dispatches"]);
        const ofLoops = trials.filter(({ kind }) => kind === "loop");
        expect(ofLoops.map(({ form, microseconds }) => [form, microseconds])).toEqual([
          ["loop.suited", slow === "loop.suited" ? 9000 : 1000],
          ["loop.dispatches", slow === "loop.suited" ? 1000 : 9000],
        ]);
        const plan = compile(walk).trace(x, w).explain();
        expect(plan.includes("chain.wgsl")).toBe(fast === "loop.suited");
        target.choices = new Map();
      }
      dispose(x, w);
    });

    test("leaves them where none is one", async () => {
      target.chains = "all";
      const [x, w] = given();
      const { choices } = await autotune(
        device,
        () => compile((x: Tensor, w: Tensor) => matmul(x, w)).profile(x, w),
        10,
      );
      expect(choices.has("loop")).toBe(false);
      dispose(x, w);
    });
  });
});
