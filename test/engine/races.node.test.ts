/** Kernels with barriers, run in lockstep by wgsl_reflect: no thread reads what another may still write. Nothing of it needs a device but the plans. */

import { afterAll, describe, expect, test } from "vitest";
import { detectRaces } from "wgsl_reflect/wgsl_reflect.module.js";
import type { Command, Dispatch } from "../../engine/compile/schedule.ts";
import { SIZES_BINDING } from "../../engine/device/pipelines.ts";
import { PARAMETER_WORDS } from "../../engine/device/sharedBindings.ts";
import {
  compile,
  conv2d,
  conv2dInput,
  conv2dWeight,
  dispose,
  fromArray,
  loop,
  matmul,
  openDevice,
  useDevice,
  type HostArray,
  type Tensor,
} from "../../engine/index.ts";
import { kernels } from "../../shaders/index.ts";
import { draw } from "./draw.ts";
import { device } from "./opened.ts";

// The forms for GPUs are the ones with barriers, and loops as chains.
const tiled = await openDevice({ kernels: "tiles" });
tiled.target.chains = "all";
useDevice(device);

afterAll(() => tiled.close());

/** One workgroup each, with more steps than it puts into workgroup memory at once. */
const programs: Record<string, [(a: Tensor, b: Tensor) => Tensor, HostArray, HostArray]> = {
  matmul: [(a, b) => matmul(a, b), draw(1, [33, 9]), draw(2, [9, 34])],
  conv2d: [(x, w) => conv2d(x, w), draw(1, [1, 3, 7, 7]), draw(2, [33, 3, 2, 2])],
  conv2dInput: [(y, w) => conv2dInput(y, w, { shape: [1, 33, 6, 6] }), draw(1, [1, 3, 5, 5]), draw(2, [3, 33, 2, 2])],
  conv2dWeight: [(x, y) => conv2dWeight(x, y, { shape: [33, 8, 2, 2] }), draw(1, [1, 8, 4, 4]), draw(2, [1, 33, 3, 3])],
  // Products of four rows and of one, a sum, and expressions, some of them over what they replace.
  chain: [
    (x, w) =>
      loop(
        3,
        (_i, at) => {
          const slope = matmul(matmul(at.reshape([20, 3]), w).tanh(), w, { transposeB: true }).reshape([5, 4, 3]);
          const moved = at.sub(matmul(slope.sum(1), w).sum(1).reshape([5, 1, 1]).mul(slope));
          return moved.div(moved.square().sum(2, { keepDims: true }).add(1));
        },
        x,
      ),
    draw(1, [5, 4, 3]),
    draw(2, [3, 17]),
  ],
};

const hasBarrier = (text: string): boolean => /Barrier\(\);/.test(text);

const dispatchesOf = (commands: readonly Command[]): Dispatch[] =>
  commands.flatMap((command) =>
    command.kind === "loop" ? dispatchesOf(command.body) : command.kind === "dispatch" ? [command] : [],
  );

/** The dispatches with barriers of a program, and how many numbers each of their buffers holds. */
function traced([program, ...arrays]: (typeof programs)[string]): { dispatch: Dispatch; lengths: number[] }[] {
  useDevice(tiled);
  const tensors = arrays.map(fromArray);
  const compiled = compile(program);
  const { commands, slots } = compiled.trace(tensors[0], tensors[1]).schedule;
  dispose(tensors);
  compiled.dispose();
  useDevice(device);
  return dispatchesOf(commands)
    .filter(({ source }) => hasBarrier(source.wgsl))
    .map((dispatch) => ({ dispatch, lengths: dispatch.slots.map((slot) => slots[slot as number].bytes / 4) }));
}

/** The races of one workgroup of a kernel. */
function racesOf(wgsl: string, { source }: Dispatch, lengths: readonly number[]): string[] {
  const buffers: Record<number, unknown> = Object.fromEntries(
    source.bindings.map(({ binding }, at) => [binding, new Float32Array(lengths[at]).fill(1)]),
  );
  if (source.sizes.length > 0) buffers[SIZES_BINDING] = { uniform: Uint32Array.from(source.sizes) };
  // The results stay where they are: each is one thread's own, and storing 64 of them takes most of the time.
  const text = wgsl.replace(/^ {2}for \(var e = 0u; e < 64u; e\+\+\) \{\n.*\n {2}\}\n/m, "");
  const groups = {
    0: buffers,
    1: { 0: { uniform: new Uint32Array(PARAMETER_WORDS) }, 1: { uniform: new Uint32Array(4) } },
  };
  const { races, errors } = detectRaces(text, source.entry, [1, 1, 1], groups, { constants: source.overrides });
  return [...errors, ...races.map(({ message }) => message)];
}

describe("kernels with barriers", () => {
  test("are all run here", () => {
    const run = Object.values(programs).flatMap((program) =>
      traced(program).map(({ dispatch }) => dispatch.source.file),
    );
    const known = Object.keys(kernels).filter((name) => hasBarrier(kernels[name]));
    expect(new Set(run)).toEqual(new Set(known));
  });

  test.each(Object.entries(programs))("%s has no races", (_name, program) => {
    for (const { dispatch, lengths } of traced(program))
      expect(racesOf(dispatch.source.wgsl, dispatch, lengths)).toEqual([]);
  });

  test.each(["conv2d", "chain"])("have races without any one of them, and are told so: %s", (name) => {
    const [{ dispatch, lengths }] = traced(programs[name]);
    const { wgsl } = dispatch.source;
    const barriers = [...wgsl.matchAll(/workgroupBarrier\(\);/g)].map(({ index }) => index);
    expect(barriers.length).toBeGreaterThan(1);
    for (const at of barriers) {
      const without = `${wgsl.slice(0, at)}${wgsl.slice(at).replace(/^workgroupBarrier\(\);/, "")}`;
      expect(racesOf(without, dispatch, lengths)[0]).toMatch(/^Data race on '(rows|columns|held\d+)' byte \d+/);
    }
  });
});

const reversed = (barrier: string): string => `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
var<workgroup> row: array<f32, 8>;

@compute @workgroup_size(8)
fn main(@builtin(local_invocation_index) local: u32) {
  row[local] = x[local];
  ${barrier}
  y[local] = row[7u - local];
}
`;

test("a row turned round in workgroup memory races without its barrier, and not with it", () => {
  const races = (barrier: string) =>
    detectRaces(reversed(barrier), "main", [1, 1, 1], { 0: { 0: new Float32Array(8), 1: new Float32Array(8) } }).races;
  expect(races("workgroupBarrier();")).toEqual([]);
  expect(races("").map(({ bufferId }) => bufferId)).toContain("row");
});
