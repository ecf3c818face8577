/** Trainings that keep activations in f16: the same to the byte when resumed, near those in f32, and watched by the guard. */

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  compile,
  dispose,
  grad,
  key,
  matmul,
  normal,
  scope,
  toArray,
  type StoredAs,
  type Tensor,
} from "../../engine/index.ts";
import type { MetricsRow, Training } from "../../ebm/index.ts";
import { slopesOf } from "../../ebm/objectives/slopesOf.ts";
import { safetensors } from "../../nn/index.ts";
import { device } from "../engine/opened.ts";
import { openSmall, update } from "./small.ts";
import { openSmallJem } from "./smallJem.ts";

/** SwiftShader has no f16: there a training that asks for it is refused, and that is all that can be tested. */
const able = device.hasHalves;

/** The tensors of small trainings are small too. */
const usual = device.target.leastHalf;
beforeAll(() => void (device.target.leastHalf = 1));
afterAll(() => void (device.target.leastHalf = usual));

const openings: Record<string, (storage: StoredAs) => Promise<Training>> = {
  "short-run chains on rectangles": (storage) => openSmall("study/rectangles-tiny", { engine: { storage } }),
  "a replay buffer and SGD": (storage) =>
    openSmall("study/rectangles-tiny", {
      ...{ engine: { storage }, start: { kind: "persistent" }, optimizer: { kind: "sgd" } },
    }),
  "a classifier that is an energy-based model": (storage) => openSmallJem("jem/mnist-tiny", { engine: { storage } }),
};

/** As if 64 roundings to 11 bits had all gone the same way. */
const NEAR = 64 * 2 ** -11;

const bytesOf = async (training: Training): Promise<Uint8Array> => safetensors.encode(await training.checkpoint());

test("a training that asks for f16 is refused where the adapter has none, before an update is compiled", async () => {
  const able = vi.spyOn(device, "hasHalves", "get").mockReturnValue(false);
  await expect(openings["a replay buffer and SGD"]("f16")).rejects.toThrow(
    /^engine\.storage: f16 needs the WebGPU feature shader-f16, which this adapter does not have \(.+\); choose f32$/,
  );
  able.mockRestore();
});

describe.each(Object.entries(openings))("%s", (_name, open) => {
  test("4 updates in f16 are 2, a checkpoint, and 2 more in another training, to the byte", async () => {
    if (!able) return expect(open("f16")).rejects.toThrow(RangeError);
    const [whole, first, second] = [await open("f16"), await open("f16"), await open("f16")];
    await update(whole, 4);
    await update(first, 2);
    second.restore(safetensors.decode(await bytesOf(first)).arrays);
    await update(second, 2);
    expect(await bytesOf(second)).toEqual(await bytesOf(whole));
    for (const training of [whole, first, second]) training.dispose();
  });

  test("8 updates in f16 have numbers near those in f32, and not the same", async () => {
    if (!able) return expect(open("f16")).rejects.toThrow(RangeError);
    const rows = async (storage: StoredAs): Promise<MetricsRow[]> => {
      const training = await open(storage);
      await update(training, 8);
      const numbers = await training.metrics({ final: true });
      training.dispose();
      return numbers;
    };
    const [wide, narrow] = [await rows("f32"), await rows("f16")];
    // What a number may differ by is a share of the largest that it has been, since contrasts are differences.
    for (const name of Object.keys(wide[0])) {
      const largest = Math.max(...wide.map((row) => Math.abs(row[name])), 1e-3);
      for (const [at, row] of narrow.entries())
        expect({ name, at, share: Math.abs(row[name] - wide[at][name]) / largest }).toSatisfy(
          ({ share }: { share: number }) => share < NEAR,
        );
    }
  });
});

describe("what is beyond f16", () => {
  test("makes an update that is not finite, which is left out", async () => {
    const open = openings["short-run chains on rectangles"];
    if (!able) return expect(open("f16")).rejects.toThrow(RangeError);
    const numbers: Record<StoredAs, MetricsRow[]> = { f32: [], f16: [] };
    for (const storage of ["f32", "f16"] as const) {
      const training = await open(storage);
      const arrays = await training.checkpoint();
      const steep = Object.entries(arrays).map(([name, array]) => {
        const scale = /^parameters\.0\.weight$/.test(name) ? 1e7 : 1;
        return [name, { ...array, data: array.data.map((x) => x * scale) }] as const;
      });
      training.restore(Object.fromEntries(steep));
      const before = await training.checkpoint();
      await training.update();
      numbers[storage] = await training.metrics({ final: true });
      const after = await training.checkpoint();
      expect(Object.keys(before).filter((name) => /^parameters/.test(name)).length).toBeGreaterThan(0);
      for (const name of Object.keys(before).filter((name) => /^parameters/.test(name)))
        if (storage === "f16") expect(after[name]).toEqual(before[name]);
      training.dispose();
    }
    const finite = ([row]: MetricsRow[]) => Object.values(row).every(Number.isFinite);
    expect({ f32: finite(numbers.f32), f16: finite(numbers.f16) }).toEqual({ f32: true, f16: false });
  });
});

describe("slopesOf", () => {
  const items = 4096;
  const given = () =>
    scope(() => ({ x: normal(key(1), [items, 8]), w: normal(key(2), [8, 16]), v: normal(key(3), [16, 8]) }));
  /** A mean of so many numbers that the slopes on its way are too small for f16. */
  const loss = (x: Tensor, w: Tensor, v: Tensor) => matmul(matmul(x, w).tanh(), v).square().mean().div(1e5);
  const slopes = async (storage: StoredAs, divisor: number | null): Promise<Float32Array> => {
    const program = compile(
      ({ x, w, v }: ReturnType<typeof given>) => {
        const y = loss(x, w, v);
        return divisor === null ? grad(y, w) : slopesOf(y, w, divisor, "f16");
      },
      { storage },
    );
    const tensors = given();
    const slope = program(tensors);
    const { data } = await toArray(slope);
    dispose(slope, tensors);
    program.dispose();
    return data as Float32Array;
  };

  test("gives the bits of grad where nothing is rounded to f16", async () => {
    expect(await slopes("f32", 1e5 * items * 8)).toEqual(await slopes("f32", null));
  });

  test("keeps in f16 what the slopes of a mean would lose", async () => {
    if (!able) return expect(slopes("f16", null)).rejects.toThrow(RangeError);
    const wanted = await slopes("f32", null);
    const error = (got: Float32Array) => Math.hypot(...got.map((x, i) => x - wanted[i])) / Math.hypot(...wanted);
    expect(error(await slopes("f16", null))).toBeGreaterThan(0.1);
    expect(error(await slopes("f16", 1e5 * items * 8))).toBeLessThan(2 ** -10);
  });
});
