// Files that PyTorch wrote (test/fixtures/torch/make.py): every number that went in comes out, and nothing of them is run.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { unzip } from "../../../cli/files/zip.ts";
import type { NamedArrays } from "../../../engine/hostArray.ts";
import { FormatError } from "../../../nn/formatError.ts";
import { decode, decodeLegacy } from "../../../nn/formats/pth.ts";

const file = (name: string): Uint8Array => readFileSync(join("test/fixtures/torch", name));
const read = (name: string): ReturnType<typeof decode> => decode(unzip(file(name), 1e6));

const f32 = (shape: number[], ...numbers: number[]): NamedArrays[string] => {
  return { dtype: "f32", shape, data: Float32Array.from(numbers) };
};
const u32 = (shape: number[], ...numbers: number[]): NamedArrays[string] => {
  return { dtype: "u32", shape, data: Uint32Array.from(numbers) };
};

const net: NamedArrays = {
  "conv.weight": f32([2, 1, 2, 2], 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75),
  "conv.bias": f32([2], 0, 0.25),
  "norm.weight": f32([2], 0, 0.25),
  "norm.bias": f32([2], 0, 0.25),
  "norm.running_mean": f32([2], 0, 0),
  "norm.running_var": f32([2], 1, 1),
  "norm.num_batches_tracked": u32([], 0),
  "head.weight": f32([3, 2], 0, 0.25, 0.5, 0.75, 1, 1.25),
  "head.bias": f32([3], 0, 0.25, 0.5),
};

test("the state dict of a net, in its order", () => {
  const { arrays, metadata } = read("net.pth");
  expect(arrays).toEqual(net);
  expect(Object.keys(arrays)).toEqual(Object.keys(net));
  expect(metadata).toEqual({});
});

test("the same in the format before PyTorch 1.6", () => {
  expect(decodeLegacy(file("net-legacy.pth"))).toEqual({ arrays: net, metadata: {} });
});

test("a Parameter that stands alone has no name", () => {
  expect(read("parameter.pth").arrays).toEqual({ "": f32([2, 2], 0, 1, 2, 3) });
});

test("views of one storage: transposed, a column, a tail, stretched, empty, a scalar", () => {
  expect(read("views.pth").arrays).toEqual({
    transposed: f32([4, 3], 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11),
    column: f32([3], 1, 5, 9),
    tail: f32([1, 4], 8, 9, 10, 11),
    stretched: f32([3], 5, 5, 5),
    empty: f32([0, 4]),
    scalar: f32([], 7),
  });
  expect(decodeLegacy(file("views-legacy.pth")).arrays).toEqual({
    "views.0": f32([4, 3], 0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11),
    "views.1": f32([4], 4, 5, 6, 7),
  });
});

test("every type becomes f32, u32 or bool", () => {
  expect(read("types.pth").arrays).toEqual({
    f64: f32([2], 0.5, -2),
    f16: f32([2], 1.5, -0.25),
    bf16: f32([2], 3, -8),
    i64: u32([2], 0, 4294967295),
    signed: f32([2], -1, 16777216),
    i32: u32([2], 3, 4),
    i16: f32([1], -5),
    i8: f32([1], -6),
    u8: u32([1], 255),
    bool: { dtype: "bool", shape: [2], data: Uint32Array.of(1, 0) },
  });
});

test("an integer that neither u32 nor f32 holds is refused with its tensor", () => {
  expect(() => read("too-precise.pth")).toThrow(
    'pth: tensor "layer.count" holds 16777217, but not all of it fits u32 or f32 exactly',
  );
});

test("a checkpoint with the state of Adam, numbers and words", () => {
  const { arrays, metadata } = read("checkpoint.pth");
  expect(Object.entries(arrays).map(([name, { shape }]) => [name, shape])).toEqual([
    ["model.bias", [2]],
    ["optimizer.state.0.step", []],
    ["optimizer.state.0.exp_avg", [3, 2]],
    ["optimizer.state.0.exp_avg_sq", [3, 2]],
    ["optimizer.state.1.step", []],
    ["optimizer.state.1.exp_avg", [3]],
    ["optimizer.state.1.exp_avg_sq", [3]],
  ]);
  expect(arrays["optimizer.state.1.exp_avg"]).toEqual(f32([3], 0.1, 0.1, 0.1));
  expect(metadata).toMatchObject({
    "optimizer.param_groups.0.lr": "0.5",
    "optimizer.param_groups.0.betas": "[0.9, 0.999]",
    "optimizer.param_groups.0.params": "[0, 1]",
    epoch: "3",
    best: "0.25",
    device: "cpu",
    note: "grüße",
  });
});

describe("a pickle that would run something is refused, and runs nothing:", () => {
  test.each([
    ["system.pth", "posix.system", 2],
    ["eval.pth", "__builtin__.eval", 18],
    ["call.pth", "torch.hub.load", 2],
    ["module.pth", "torch.nn.modules.linear.Linear", 2],
  ])("%s", (name, global, byte) => {
    const message = `pickle: global "${global}" is not allowed, only plain data and tensors are read, at byte ${byte}`;
    expect(() => read(name)).toThrow(new FormatError(message));
  });
});
