/** Forms of a kernel that suit an adapter give the very numbers of the plain one. */

import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import {
  compile,
  conv2d,
  conv2dInput,
  conv2dWeight,
  dispose,
  fromArray,
  matmul,
  openDevice,
  toArray,
  useDevice,
  type HostArray,
  type Tensor,
} from "../../engine/index.ts";
import { draw } from "./draw.ts";
import { device } from "./opened.ts";
import { check } from "./property.ts";

const plain = await openDevice({ kernels: "plain" });
useDevice(device);

afterAll(async () => {
  useDevice(device);
  await plain.close();
});

/** What a program gives on a device, and the shaders it ran. */
async function on(which: typeof device, program: (...x: Tensor[]) => Tensor, inputs: readonly HostArray[]) {
  useDevice(which);
  const tensors = inputs.map(fromArray);
  const compiled = compile(program);
  const shaders = (await compiled.prepare(...tensors)).explain();
  const result = compiled(...tensors);
  const { data } = await toArray(result);
  dispose(result, tensors);
  compiled.dispose();
  useDevice(device);
  return { data, shaders };
}

/** Asserts equal bits; returns whether the forms were different ones. */
async function expectSame(program: (...x: Tensor[]) => Tensor, inputs: readonly HostArray[]): Promise<boolean> {
  const [suited, standard] = [await on(device, program, inputs), await on(plain, program, inputs)];
  expect(suited.data).toEqual(standard.data);
  expect(standard.shaders).not.toContain("Subgroup");
  return suited.shaders.includes("Subgroup");
}

const { lanes } = device.target;

test(`this adapter has ${lanes === null ? "no subgroups that kernels are written for" : `subgroups of ${lanes} lanes`}`, () => {
  expect([null, 4, 8]).toContain(lanes);
  expect(plain.target.lanes).toBeNull();
});

const extent = fc.constantFrom(9, 16, 17, 31, 40, 65);

test("matmul by subgroups equals matmul, transposed and batched too", async () => {
  let used = 0;
  await check(
    fc.tuple(extent, fc.constantFrom(1, 2, 33), extent, fc.boolean(), fc.boolean(), fc.constantFrom(1, 3)),
    async ([m, k, n, transposeA, transposeB, batch]) => {
      const a = draw(1, [batch, ...(transposeA ? [k, m] : [m, k])]);
      const b = draw(2, [batch, ...(transposeB ? [n, k] : [k, n])]);
      // An epilogue, which has the right index.
      const program = (a: Tensor, b: Tensor) => matmul(a, b, { transposeA, transposeB }).mul(2).leakyRelu(0.1);
      if (await expectSame(program, [a, b])) used++;
    },
    12,
  );
  expect(used > 0).toBe(lanes !== null);
});

const windows = fc.record({
  stride: fc.constantFrom(1, 2),
  padding: fc.constantFrom(0, 1),
  dilation: fc.constantFrom(1, 2),
  groups: fc.constantFrom(1, 2),
});

test("conv2d, conv2dInput and conv2dWeight by subgroups equal the plain ones", async () => {
  const used = { conv2d: 0, conv2dInput: 0, conv2dWeight: 0 };
  await check(
    fc.tuple(
      windows,
      fc.constantFrom(9, 17, 20),
      fc.constantFrom(9, 16, 18),
      fc.constantFrom(1, 3),
      fc.constantFrom(7, 9),
    ),
    async ([window, channels, outputs, taps, size]) => {
      const { groups } = window;
      const x = draw(1, [2, channels * groups, size, size]);
      const w = draw(2, [outputs * groups, channels, taps, taps]);
      const after = (extent: number) =>
        Math.floor((extent + 2 * window.padding - window.dilation * (taps - 1) - 1) / window.stride) + 1;
      const y = draw(3, [2, outputs * groups, after(size), after(size)]);
      const [xShape, wShape] = [x.shape, w.shape];
      const forms = {
        conv2d: [(x: Tensor, w: Tensor) => conv2d(x, w, window).add(1), [x, w]],
        conv2dInput: [(y: Tensor, w: Tensor) => conv2dInput(y, w, { ...window, shape: xShape }), [y, w]],
        conv2dWeight: [(x: Tensor, y: Tensor) => conv2dWeight(x, y, { ...window, shape: wShape }), [x, y]],
      } as const;
      for (const [name, [program, inputs]] of Object.entries(forms))
        if (await expectSame(program, inputs)) used[name as keyof typeof used]++;
    },
    8,
  );
  for (const times of Object.values(used)) expect(times > 0).toBe(lanes !== null);
});
