/**
 * What a dispatch costs the host: in a plan that is replayed, in an op that runs at once, in a short compiled call; and with nothing but
 * WebGPU, the least there is. Samples are of about a millisecond, so that on a busy machine some of them go undisturbed.
 */

import { BufferUsage, ShaderStage } from "../../engine/platform/flags.ts";
import {
  compile,
  cumsum,
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

/** Two products in turn, which are one shader: every dispatch changes the buffers. */
const sameShader: Body = (y, w) => matmul(matmul(y, w), w, { transposeB: true });

/** A product and running sums in turn: every dispatch changes the pipeline too. */
const otherShader: Body = (y, w) => cumsum(matmul(y, w), 1);

type Body = (y: Tensor, w: Tensor) => Tensor;

const replayed = (body: Body) => async (): Promise<Work> => {
  const [x, w] = [drawn([8, 8]), drawn([8, 8])];
  const program = compile((start: Tensor, weight: Tensor) => loop(100, (_i, y) => body(y, weight), start));
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
};

/** A product and a sum, as a function of one's own would compute them without compilation. */
function eager(): Promise<Work> {
  const [x, w] = [drawn([8, 8]), drawn([8, 8])];
  const times = 50;
  return Promise.resolve({
    units: 2 * times,
    dispatches: 1,
    run() {
      for (let i = 0; i < times; i++) dispose(scope(() => matmul(x, w).add(1)));
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

/** What a product binds: its factors, its result, and sizes. */
const trivial = `
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> size: vec4u;
@compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) { y[id.x % size.x] = x[id.x] * w[id.x]; }`;

/**
 * The calls that a replay cannot do without, written by hand: another bind group for each dispatch, 64 to a submit; with two
 * `pipelines` in turn, another one for each too.
 */
const bare =
  (pipelines: 1 | 2) =>
  ({ gpu }: Device): Promise<Work> => {
    const types = ["read-only-storage", "read-only-storage", "storage", "uniform"] as const;
    const layout = gpu.createBindGroupLayout({
      entries: types.map((type, binding) => {
        return { binding, visibility: ShaderStage.COMPUTE, buffer: { type } };
      }),
    });
    const buffers = [0, 1, 2].map(() => gpu.createBuffer({ size: 256, usage: BufferUsage.STORAGE }));
    const size = gpu.createBuffer({ size: 256, usage: BufferUsage.UNIFORM });
    const each = [0, 1].map((at) => ({
      pipeline: gpu.createComputePipeline({
        layout: gpu.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module: gpu.createShaderModule({ code: `${trivial} // ${at}` }) },
      }),
      group: gpu.createBindGroup({
        layout,
        entries: [buffers[at], buffers[2], buffers[1 - at], size].map((buffer, binding) => {
          return { binding, resource: { buffer } };
        }),
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
            if (i === 0 || pipelines === 2) pass.setPipeline(each[i % 2].pipeline);
            pass.setBindGroup(0, each[i % 2].group);
            pass.dispatchWorkgroups(1);
          }
          pass.end();
          gpu.queue.submit([encoder.finish()]);
        }
      },
      dispose: () => [...buffers, size].forEach((buffer) => buffer.destroy()),
    });
  };

export const dispatchCases = [
  hostCase("bare", bare(1)),
  hostCase("replay", replayed(sameShader)),
  hostCase("pipelines/bare", bare(2)),
  hostCase("pipelines/replay", replayed(otherShader)),
  hostCase("eager", eager),
  hostCase("call", called),
];
