/** Profiles: what is measured adds up, nothing of the caller's changes, and the clock says what it is. */

import { afterEach, describe, expect, test, vi } from "vitest";
import { Plan } from "../../engine/compile/plan.ts";
import { openStopwatch } from "../../engine/device/stopwatch.ts";
import {
  compile,
  fromArray,
  key,
  loop,
  matmul,
  named,
  normal,
  toArray,
  type Key,
  type Tensor,
} from "../../engine/index.ts";
import { draw } from "./draw.ts";
import { device } from "./opened.ts";

afterEach(() => void vi.restoreAllMocks());

/** A chain in place on a donated argument, with noise and a captured tensor. */
function chain() {
  const captured = fromArray(draw(3, [1, 16]));
  const step = (i: Tensor, h: Tensor, w: Tensor) =>
    named("layer", () => matmul(h, w).tanh().add(captured)).add(i.toFloat());
  const program = compile(
    (x: Tensor, w: Tensor, k: Key, scale: Tensor) =>
      loop(4, (i, h) => step(i, h, w), x.add(normal(k, x.shape).mul(scale))).sum(0),
    { donate: [0] },
  );
  const given = () => [fromArray(draw(1, [16, 16])), fromArray(draw(2, [16, 16])), key(1), 0.1] as const;
  return { program, given, captured };
}

describe("profile()", () => {
  test("has a row for each dispatch of the plan, with its layer and shader, and how often it runs", async () => {
    const { program, given } = chain();
    const { rows } = await program.profile(...given());
    expect(rows.map(({ dispatch, label, shader, times }) => ({ dispatch, label, shader, times }))).toEqual([
      { dispatch: 0, label: "add", shader: "shaders/elementwise.wgsl", times: 1 },
      {
        dispatch: 1,
        label: "layer.matmul → add",
        shader: expect.stringMatching(/^shaders\/matmul(Subgroup)?\.wgsl$/) as string,
        times: 4,
      },
      { dispatch: 2, label: "sum", shader: "shaders/reduce.wgsl", times: 1 },
    ]);
  });

  test.each(["gpu", "wall"] as const)(
    "by the %s clock: times are positive, shares and rates follow from them",
    async (clock) => {
      const { program, given, captured } = chain();
      const [x, w, k, scale] = given();
      const plan = program.trace(x, w, k, scale);
      const stores = [x, w, captured].map(({ storage }) => storage!);
      const profile = await plan.profile(stores, new Uint32Array(3), { clock });
      const sum = profile.rows.reduce((total, { times, microseconds }) => total + times * microseconds, 0);
      expect(profile.microseconds).toBeCloseTo(sum, 6);
      expect(profile.rows.reduce((total, { share }) => total + share, 0)).toBeCloseTo(1, 9);
      for (const row of profile.rows) expect(row.microseconds).toBeGreaterThan(0);
      const product = profile.rows[1];
      // 2 · 16³ for the product, 3 functions of 256 elements and one of the index; x, w and the captured row are read.
      expect(product["GFLOP/s"]).toBeCloseTo((2 * 16 ** 3 + 3 * 256 + 1) / product.microseconds / 1000, 9);
      expect(product["GB/s"]).toBeCloseTo((3 * 1024 + 64) / product.microseconds / 1000, 9);
    },
  );

  test("changes neither arguments, donated ones too, nor what the program gives and replays", async () => {
    const [one, other] = [chain(), chain()];
    const inputs = one.given();
    await one.program.profile(...inputs);
    expect((await toArray(inputs[0])).data).toEqual(draw(1, [16, 16]).data);
    expect((await toArray(one.captured)).data).toEqual(draw(3, [1, 16]).data);
    for (let run = 0; run < 2; run++) {
      const [profiled, plain] = [one.program(...(run === 0 ? inputs : one.given())), other.program(...other.given())];
      await one.program.profile(...one.given());
      expect((await toArray(profiled)).data).toEqual((await toArray(plain)).data);
    }
  });

  test("gives back every buffer that it took", async () => {
    const { program, given } = chain();
    const inputs = given();
    await program.profile(...inputs);
    const before = device.memory().live;
    await program.profile(...inputs);
    expect(device.memory().live).toBe(before);
  });

  test("times a whole run too, with what the host adds", async () => {
    const { program, given } = chain();
    const run = Object.getOwnPropertyDescriptor(Plan.prototype, "run")!.value as Plan["run"];
    const runs = vi.spyOn(Plan.prototype, "run").mockImplementation(function (this: Plan, ...inputs) {
      for (const end = performance.now() + 20; performance.now() < end;);
      return run.apply(this, inputs);
    });
    expect((await program.profile(...given())).run).toBeGreaterThanOrEqual(20_000);
    expect(runs).toHaveBeenCalledTimes(3);
  });

  test("does not wait for runs of seconds: their dispatches by themselves are about as long", async () => {
    const runs = vi.spyOn(Plan.prototype, "run");
    const program = compile((x: Tensor) => loop(2 ** 20, (_i, x) => matmul(x, x).tanh(), x));
    const { run, microseconds } = await program.profile(fromArray(draw(1, [16, 16])));
    expect(microseconds).toBeGreaterThan(1e6);
    expect(run).toBe(microseconds);
    expect(runs).not.toHaveBeenCalled();
  });

  test("prints as a table, dearest first, that says which clock it was", async () => {
    const { program, given } = chain();
    const profile = await program.profile(...given());
    const [title, head, ...lines] = String(profile).split("\n");
    expect(title).toMatch(/^[\d.]+ \S+ a run, [\d.]+ \S+ its dispatches by themselves, by /);
    expect(title.endsWith(` by ${profile.clock}`)).toBe(true);
    expect(head).toMatch(/^#\s+dispatch\s+shader\s+times\s+each\s+share\s+GFLOP\/s\s+GB\/s$/);
    expect(lines).toHaveLength(3);
    const shares = lines.map((line) => Number(/([\d.]+) %/.exec(line)![1]));
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
  });
});

describe("openStopwatch()", () => {
  test("falls back to the host's clock where there are no timestamps, and says so", async () => {
    const has = device.gpu.features.has.bind(device.gpu.features);
    vi.spyOn(device.gpu.features, "has").mockImplementation((name) => name !== "timestamp-query" && has(name));
    const watch = await openStopwatch(device);
    expect(watch.about).toMatch(
      /^the host's clock, good to about [\d.]+ µs, since this adapter has no timestamp-query$/,
    );
    watch.dispose();
  });

  test("gives no reason where the host's clock was asked for", async () => {
    const watch = await openStopwatch(device, "wall");
    if (device.gpu.features.has("timestamp-query")) expect(watch.about).toMatch(/^the host's clock, [^,]+$/);
    expect(watch.step).toBeGreaterThan(0);
    watch.dispose();
  });

  test("knows the step of GPU timestamps", async () => {
    if (!device.gpu.features.has("timestamp-query")) return;
    const watch = await openStopwatch(device, "gpu");
    expect(watch.about).toMatch(/^GPU timestamps in steps of /);
    expect(watch.step).toBeGreaterThan(0);
    expect(watch.step).toBeLessThan(1e5);
    watch.dispose();
  });
});
