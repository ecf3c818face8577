/**
 * What a dispatch costs the host: in a plan that is replayed, in an op that runs at once, in a short compiled call; and with nothing but
 * WebGPU, the least there is. Samples are of about a millisecond, so that on a busy machine some of them go undisturbed.
 */

import { BufferUsage, ShaderStage } from "../../engine/platform/flags.ts";
import {
  compile,
  dispose,
  key,
  loop,
  matmul,
  normal,
  scope,
  type Device,
  type Shape,
  type Tensor,
} from "../../engine/index.ts";
import { dispatchesIn, type Case, type Work } from "../case.ts";

const drawn = (shape: Shape): Tensor => scope(() => normal(key(1), shape));

const hostCase = (name: string, open: Case["open"]): Case => ({
  name: `host/dispatch/${name}`,
  on: "null",
  unit: "dispatch",
  open,
});

/** Two products in turn, so that every dispatch changes pipeline and buffers. */
async function replayed(): Promise<Work> {
  const [x, w] = [drawn([8, 8]), drawn([8, 8])];
  const program = compile((start: Tensor, weight: Tensor) =>
    loop(100, (_i, y) => matmul(matmul(y, weight), weight, { transposeB: true }), start),
  );
  const { schedule } = await program.prepare(x, w);
  return {
    units: dispatchesIn(schedule.commands),
    dispatches: 1,
    run: () => dispose(program(x, w)),
    dispose() {
      program.dispose();
      dispose(x, w);
    },
  };
}

function eager(): Promise<Work> {
  const [x, w] = [drawn([8, 8]), drawn([8, 8])];
  const times = 50;
  return Promise.resolve({
    units: 2 * times,
    dispatches: 1,
    run() {
      for (let i = 0; i < times; i++) {
        const y = matmul(x, w);
        dispose(y.add(1), y);
      }
    },
    dispose: () => dispose(x, w),
  });
}

/** A call with a few dispatches, a number, and a tree of parameters, as a step of some sampler of one's own would be. */
async function called(): Promise<Work> {
  const x = drawn([8, 8]);
  const weights = Array.from({ length: 4 }, () => drawn([8, 8]));
  const program = compile((start: Tensor, layers: readonly Tensor[], rate: Tensor) =>
    layers.reduce((y, w) => matmul(y, w), start).mul(rate),
  );
  const { schedule } = await program.prepare(x, weights, 0.1);
  const [times, dispatches] = [25, dispatchesIn(schedule.commands)];
  return {
    units: times * dispatches,
    dispatches: 1,
    run() {
      for (let i = 0; i < times; i++) dispose(program(x, weights, i));
    },
    dispose() {
      program.dispose();
      dispose(x, weights);
    },
  };
}

const trivial = `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x] = x[id.x]; }`;

/** The calls that a replay makes for each dispatch, written by hand: another pipeline and another bind group, 64 to a submit. */
function bare({ gpu }: Device): Promise<Work> {
  const entry = (binding: number, type: GPUBufferBindingType): GPUBindGroupLayoutEntry => ({
    ...{ binding, visibility: ShaderStage.COMPUTE, buffer: { type } },
  });
  const layout = gpu.createBindGroupLayout({ entries: [entry(0, "read-only-storage"), entry(1, "storage")] });
  const buffers = [0, 1].map(() => gpu.createBuffer({ size: 256, usage: BufferUsage.STORAGE }));
  const each = [0, 1].map((at) => ({
    pipeline: gpu.createComputePipeline({
      layout: gpu.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: gpu.createShaderModule({ code: `${trivial} // ${at}` }) },
    }),
    group: gpu.createBindGroup({
      layout,
      entries: [at, 1 - at].map((buffer, binding) => ({ binding, resource: { buffer: buffers[buffer] } })),
    }),
  }));
  const [submits, units] = [4, 64];
  return Promise.resolve({
    units: submits * units,
    dispatches: 1,
    run() {
      for (let submit = 0; submit < submits; submit++) {
        const encoder = gpu.createCommandEncoder();
        const pass = encoder.beginComputePass();
        for (let i = 0; i < units; i++) {
          const { pipeline, group } = each[i % 2];
          pass.setPipeline(pipeline);
          pass.setBindGroup(0, group);
          pass.dispatchWorkgroups(1, 1, 1);
        }
        pass.end();
        gpu.queue.submit([encoder.finish()]);
      }
    },
    dispose: () => buffers.forEach((buffer) => buffer.destroy()),
  });
}

export const dispatchCases = [
  hostCase("bare", bare),
  hostCase("replay", replayed),
  hostCase("eager", eager),
  hostCase("call", called),
];
