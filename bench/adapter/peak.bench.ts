/** What the adapter can do at most: multiply-adds on registers alone, against which the kernels are held. */

import { BufferUsage } from "../../engine/platform/flags.ts";
import type { Case } from "../case.ts";

/** Chains of multiply-adds side by side in a thread, and links written out in each turn of its loop. */
const CHAINS = 12;
const LINKS = 16;
const TURNS = 100;
const THREADS = 2 ** 15;

const chains = Array.from({ length: CHAINS }, (_, chain) => `v${chain}`);
const link = chains.map((v) => `${v} = fma(${v}, x, y);`).join(" ");

const wgsl = `
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

const peakCase: Case = {
  name: "ops/peak/multiply-add",
  on: "adapter",
  unit: "dispatch",
  open(device) {
    const { gpu } = device;
    const module = gpu.createShaderModule({ code: wgsl });
    const pipeline = gpu.createComputePipeline({ layout: "auto", compute: { module } });
    const buffer = gpu.createBuffer({ size: 4 * (THREADS + 64), usage: BufferUsage.STORAGE });
    const group = gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer } }],
    });
    return Promise.resolve({
      units: 1,
      run() {
        device.commands.flush();
        const encoder = gpu.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(THREADS / 64);
        pass.end();
        gpu.queue.submit([encoder.finish()]);
      },
      amount: { of: "FLOP", count: 2 * THREADS * CHAINS * LINKS * TURNS },
      dispose: () => buffer.destroy(),
    });
  },
};

export const peakCases = [peakCase];
