/** What the adapter can do at most, against which the kernels are held: multiply-adds on registers alone, and copies of memory. */

import type { Device } from "../../engine/index.ts";
import { BufferUsage } from "../../engine/platform/flags.ts";
import type { Case, Work } from "../case.ts";

/** Chains of multiply-adds side by side in a thread, and links written out in each turn of its loop. */
const CHAINS = 12;
const LINKS = 16;
const TURNS = 100;
const THREADS = 2 ** 15;

const chains = Array.from({ length: CHAINS }, (_, chain) => `v${chain}`);
const link = chains.map((v) => `${v} = fma(${v}, x, y);`).join(" ");

const multiplyAdd = `
@group(0) @binding(0) var<storage, read_write> data: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = data[id.x];
  let y = data[id.x + 1u];
  ${chains.map((v, chain) => `var ${v} = x + f32(${chain});`).join("\n  ")}
  for (var turn = 0u; turn < ${TURNS}u; turn++) {
    ${Array.from({ length: LINKS }, () => link).join("\n    ")}
  }
  data[id.x] = ${chains.join(" + ")};
}`;

/** Numbers that a copy moves, as many as the expressions of `ops/elementwise` go over. */
const COUNT = 2 ** 20;

/** A thread copies a block of so many vectors, in a loop. */
const copyBlocks = (vectors: number) => `
@group(0) @binding(0) var<storage, read> x: array<array<vec4f, ${vectors}>>;
@group(0) @binding(1) var<storage, read_write> y: array<array<vec4f, ${vectors}>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let read = &x[id.x];
  let written = &y[id.x];
  for (var i = 0u; i < ${vectors}u; i++) {
    (*written)[i] = (*read)[i];
  }
}`;

/** A thread copies so many vectors side by side. */
const copy = (vectors: number) => `
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> y: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x * ${vectors}u;
  ${Array.from({ length: vectors }, (_, at) => `y[i + ${at}u] = x[i + ${at}u];`).join("\n  ")}
}`;

interface Peak {
  wgsl: string;
  threads: number;
  /** Bytes of the buffers that a dispatch binds. */
  buffers: readonly number[];
  /** Dispatches in one go, each on buffers of its own. */
  times: number;
  amount: NonNullable<Work["amount"]>;
}

const peakCase = (name: string, peakOf: (device: Device) => Peak): Case => ({
  name: `ops/peak/${name}`,
  on: "adapter",
  unit: "dispatch",
  open(device) {
    const { gpu } = device;
    const { wgsl, threads, buffers, times, amount } = peakOf(device);
    const module = gpu.createShaderModule({ code: wgsl });
    const pipeline = gpu.createComputePipeline({ layout: "auto", compute: { module } });
    const bound = Array.from({ length: times }, () =>
      buffers.map((size) => gpu.createBuffer({ size, usage: BufferUsage.STORAGE })),
    );
    const groups = bound.map((list) =>
      gpu.createBindGroup({
        layout: pipeline.getBindGroupLayout(0),
        entries: list.map((buffer, binding) => ({ binding, resource: { buffer } })),
      }),
    );
    return Promise.resolve({
      units: times,
      run() {
        device.commands.flush();
        const encoder = gpu.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        for (const group of groups) {
          pass.setBindGroup(0, group);
          pass.dispatchWorkgroups(threads / 64);
        }
        pass.end();
        gpu.queue.submit([encoder.finish()]);
      },
      amount,
      dispose: () => bound.flat().forEach((buffer) => buffer.destroy()),
    });
  },
});

export const peakCases = [
  peakCase("multiply-add", () => ({
    wgsl: multiplyAdd,
    threads: THREADS,
    buffers: [4 * (THREADS + 64)],
    times: 1,
    amount: { of: "FLOP", count: 2 * THREADS * CHAINS * LINKS * TURNS },
  })),
  peakCase("copy", ({ target }) => {
    const each = Math.max(4, target.elements(COUNT));
    return {
      wgsl: (target.dearLengths ? copyBlocks : copy)(each / 4),
      threads: COUNT / each,
      buffers: [4 * COUNT, 4 * COUNT],
      times: 4,
      amount: { of: "B", count: 2 * 4 * COUNT },
    };
  }),
];
