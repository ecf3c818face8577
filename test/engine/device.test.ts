/** Trouble with a device is a typed error that says what and where; order is kept whatever is interleaved. */

import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import {
  compile,
  DeviceError,
  DeviceLostError,
  dispose,
  loop,
  matmul,
  openDevice,
  OutOfMemoryError,
  ShaderError,
  tensor,
  toArray,
  useDevice,
  zeros,
  type Tensor,
} from "../../engine/index.ts";
import type { KernelSource } from "../../engine/device/pipelines.ts";
import { assemble } from "../../engine/compile/assemble.ts";
import { device } from "./opened.ts";
import { kernels } from "../../shaders/index.ts";
import { check } from "./property.ts";

const numbers = async (x: Tensor): Promise<number[]> => Array.from((await toArray(x)).data);

describe("a device that is lost", () => {
  afterEach(() => void useDevice(device));

  test("throws a DeviceLostError at the next use, whichever that is", async () => {
    const other = await openDevice();
    const x = tensor([1, 2]);
    const program = compile((x: Tensor) => x.add(1));
    expect(await numbers(program(x))).toEqual([2, 3]);
    other.gpu.destroy();
    await other.gpu.lost;
    const lost = /^device: lost \(destroyed\), /;
    for (const use of [() => x.mul(2), () => tensor([1]), () => program(x)]) {
      expect(use).toThrow(DeviceLostError);
      expect(use).toThrow(lost);
    }
    await expect(toArray(x)).rejects.toThrow(lost);
    await expect(other.idle()).rejects.toThrow(lost);
  });

  test("rejects what is being read", async () => {
    const other = await openDevice();
    const reading = toArray(tensor([1, 2]).mul(2));
    other.gpu.destroy();
    await expect(reading).rejects.toThrow(DeviceLostError);
  });

  test("in the middle of a loop rejects what it would have given, and the process lives on", async () => {
    const other = await openDevice();
    const program = compile((x: Tensor) => loop(3000, (i, x) => x.add(i.toFloat()), x));
    const reading = toArray(program(tensor([1, 2])));
    other.gpu.destroy();
    await expect(reading).rejects.toThrow(DeviceLostError);
    expect(() => program.dispose()).not.toThrow();
    useDevice(device);
    expect(await numbers(tensor([1, 2]).add(1))).toEqual([2, 3]);
  });

  test("can be replaced by another one, on which programs are traced anew", async () => {
    const other = await openDevice();
    const program = compile((x: Tensor) => matmul(x, x).add(1));
    expect(await numbers(program(tensor([[2]])))).toEqual([5]);
    await other.close();
    await openDevice();
    expect(await numbers(program(tensor([[3]])))).toEqual([10]);
  });
});

describe("too large a buffer", () => {
  const huge = [1 << 17, 1 << 17];
  const message = /^broadcast: needs a buffer of 68719476736 bytes, this adapter binds at most \d+$/;

  test("is an OutOfMemoryError that names the op, eagerly and compiled", async () => {
    await expect(toArray(zeros(huge))).rejects.toThrow(message);
    expect(() => compile((x: Tensor) => x.add(1).broadcast(huge))(tensor(1))).toThrow(message);
    await expect(toArray(zeros(huge))).rejects.toThrow(OutOfMemoryError);
  });

  test("leaves no other buffer behind", () => {
    const x = tensor([1, 2]);
    const program = compile((x: Tensor) => [x.mul(2), x.add(1), x.slice([[0, 1]]).broadcast(huge)]);
    const before = device.memory().live;
    for (let i = 0; i < 3; i++) expect(() => program(x)).toThrow(OutOfMemoryError);
    expect(device.memory().live).toBe(before);
    dispose(x);
  });
});

describe("what a device reports later", () => {
  /** An error of WebGPU, as devices send it. */
  const report = (error: object): void =>
    void device.gpu.dispatchEvent(Object.assign(new Event("uncapturederror", { cancelable: true }), { error }));

  test("is an OutOfMemoryError where memory was short, a DeviceError where a command was refused, and thrown once", () => {
    class GPUOutOfMemoryError extends Error {}
    class GPUValidationError extends Error {}
    const x = tensor([1]);
    report(new GPUOutOfMemoryError("no memory for buffer matmul"));
    expect(() => x.add(1)).toThrow(new OutOfMemoryError("device: no memory for buffer matmul"));
    report(new GPUValidationError("buffer matmul is destroyed"));
    report(new GPUValidationError("what follows from it"));
    expect(() => x.add(1)).toThrow(new DeviceError("device: buffer matmul is destroyed"));
    expect(() => x.add(1)).not.toThrow();
  });
});

describe("a shader that does not compile", () => {
  const source = (slots: Record<string, string>): KernelSource => ({
    file: "reduce",
    wgsl: assemble("reduce", slots),
    entry: "main",
    overrides: {},
    sizes: [],
    bindings: [
      { binding: 0, access: "read" },
      { binding: 1, access: "read_write" },
    ],
  });
  const prepare = (one: KernelSource) => device.pipelines.prepare([one], device.shared.layout);

  test("is a ShaderError with the line of its file, although libraries and slots stand in front", async () => {
    const combine = "fn combine(a: f32, b: f32) -> f32 {\n  return stableTanh(a) + b;\n}";
    // A type that the end of the file does not expect.
    const load =
      "@group(0) @binding(0) var<storage, read> x: array<f32>;\nfn load(o: u32, r: u32) -> u32 {\n  return o;\n}";
    const file = kernels.reduce.split("\n");
    const line = 1 + file.findIndex((text) => text.includes("combine(result, load(o, r))"));
    await expect(prepare(source({ combine, load }))).rejects.toThrow(ShaderError);
    await expect(prepare(source({ combine, load }))).rejects.toThrow(
      new RegExp(`^shaders/reduce.wgsl:${line}: .* in "result = combine\\(result, load\\(o, r\\)\\);"$`, "s"),
    );
  });

  test("is found in what was generated", async () => {
    const combine = "fn combine(a: f32, b: f32) -> f32 {\n  return a + c;\n}";
    await expect(prepare(source({ combine }))).rejects.toThrow(
      /^shaders\/reduce.wgsl, generated line \d+: unresolved value 'c' in "return a \+ c;"$/,
    );
  });

  test("leaves the device in working order", async () => {
    await expect(prepare(source({ combine: "fn" }))).rejects.toThrow(ShaderError);
    await device.idle().catch(() => undefined);
    expect(await numbers(tensor([1, 2]).sum())).toEqual([3]);
  });
});

describe("uploads, ops, programs and reads in any order", () => {
  type Action = readonly [
    kind: "upload" | "add" | "scale" | "donate" | "dispose" | "read" | "wait" | "program",
    at: number,
    other: number,
  ];

  const actions = fc.array(
    fc.tuple(
      fc.constantFrom<Action[0][]>("upload", "add", "scale", "donate", "dispose", "read", "wait", "program"),
      fc.nat(9),
      fc.nat(9),
    ),
    { minLength: 5, maxLength: 40 },
  ) as fc.Arbitrary<Action[]>;

  const limited = (x: Tensor): Tensor => x.minimum(99).maximum(-99);
  const limitedNumber = (value: number): number => Math.max(-99, Math.min(99, value));

  test("come out as if each were done at once", async () => {
    const increment = compile((x: Tensor) => x.add(1), { donate: [0] });
    const mix = compile((x: Tensor, y: Tensor, factor: Tensor) => x.mul(factor).sub(y));
    await check(
      actions,
      async (list) => {
        let held = [{ x: tensor([1, 2, 3]), values: [1, 2, 3] }];
        const reads: Promise<void>[] = [];
        for (const [kind, at, other] of list) {
          const one = held[at % held.length];
          const two = held[other % held.length];
          // Limited, so that every number stays exact.
          const [x, y] = [limited(one.x), limited(two.x)];
          const [a, b] = [one.values.map(limitedNumber), two.values.map(limitedNumber)];
          if (kind === "upload") held.push({ x: tensor([at, other, 7]), values: [at, other, 7] });
          if (kind === "add") held.push({ x: x.add(y), values: a.map((value, i) => value + b[i]) });
          if (kind === "scale") held.push({ x: x.mul(other - 4), values: a.map((value) => value * (other - 4)) });
          if (kind === "program")
            held.push({ x: mix(x, y, at - 4), values: a.map((value, i) => value * (at - 4) - b[i]) });
          if (kind === "donate") {
            held = held.filter((entry) => entry !== one);
            held.push({ x: increment(one.x), values: one.values.map((value) => value + 1) });
          }
          if (kind === "dispose" && held.length > 1) {
            held = held.filter((entry) => entry !== one);
            dispose(one.x);
          }
          if (kind === "read") {
            const wanted = [...one.values];
            reads.push(numbers(one.x).then((values) => expect(values).toEqual(wanted)));
          }
          if (kind === "wait") await device.idle();
        }
        await Promise.all(reads);
        for (const { x, values } of held) expect(await numbers(x)).toEqual(values);
        dispose(held.map(({ x }) => x));
      },
      25,
    );
  });
});
