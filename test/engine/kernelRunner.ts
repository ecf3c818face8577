/** Runs functions of shaders/lib on a bare device, without the engine: y[i] = expression of x[i] and i. */

import { requestAdapter, settle } from "#platform";
import { BufferUsage, MapMode, ShaderStage } from "../../engine/platform/flags.ts";
import { normalTable } from "../../engine/random/normalTable.ts";

const arrays = { f32: Float32Array, u32: Uint32Array } as const;

type Words = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>;

/**
 * Computes `expression`, in WGSL, for every element of `x`, and gives back its values as elements of `type`.
 * In scope are the functions of `library`, the element `x` and its index `i`. Throws with the compiler's words.
 */
export async function compute<Type extends keyof typeof arrays>(
  library: string,
  expression: string,
  type: Type,
  x: Words,
): Promise<InstanceType<(typeof arrays)[Type]>> {
  const { device, software } = await opened;
  const code = kernel(library, expression, type, x);
  device.pushErrorScope("validation");

  const input = device.createBuffer({ size: x.byteLength, usage: BufferUsage.STORAGE | BufferUsage.COPY_DST });
  const output = device.createBuffer({ size: x.byteLength, usage: BufferUsage.STORAGE | BufferUsage.COPY_SRC });
  const result = device.createBuffer({ size: x.byteLength, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
  const table = device.createBuffer({
    size: normalTable.byteLength,
    usage: BufferUsage.UNIFORM | BufferUsage.COPY_DST,
  });
  device.queue.writeBuffer(input, 0, x);
  device.queue.writeBuffer(table, 0, normalTable);

  const layouts = [
    device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: ShaderStage.COMPUTE, buffer: { type: "read-only-storage" } },
        { binding: 1, visibility: ShaderStage.COMPUTE, buffer: { type: "storage" } },
      ],
    }),
    device.createBindGroupLayout({
      entries: [{ binding: 2, visibility: ShaderStage.COMPUTE, buffer: { type: "uniform" } }],
    }),
  ];
  const module = device.createShaderModule({ code });
  const pipeline = device.createComputePipeline({
    layout: device.createPipelineLayout({ bindGroupLayouts: layouts }),
    compute: { module },
  });
  const data = device.createBindGroup({
    layout: layouts[0],
    entries: [
      { binding: 0, resource: { buffer: input } },
      { binding: 1, resource: { buffer: output } },
    ],
  });
  const constants = device.createBindGroup({
    layout: layouts[1],
    entries: [{ binding: 2, resource: { buffer: table } }],
  });

  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, data);
  pass.setBindGroup(1, constants);
  pass.dispatchWorkgroups(Math.ceil(x.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(output, result);
  device.queue.submit([encoder.finish()]);

  const trouble = await settle(device.popErrorScope(), software);
  if (trouble !== null) throw new Error(`compute: "${expression}" does not run: ${trouble.message}`);
  await settle(result.mapAsync(MapMode.READ), software);
  const bytes = result.getMappedRange().slice(0);
  for (const buffer of [input, output, result, table]) buffer.destroy();
  return new arrays[type](bytes) as InstanceType<(typeof arrays)[Type]>;
}

const opened = open();

async function open(): Promise<{ device: GPUDevice; software: boolean }> {
  const { adapter, software } = await requestAdapter();
  return { device: await adapter.requestDevice(), software };
}

const kernel = (library: string, expression: string, type: string, x: Words): string => `
${library}

@group(0) @binding(0) var<storage, read> input: array<${x instanceof Float32Array ? "f32" : "u32"}>;
@group(0) @binding(1) var<storage, read_write> output: array<${type}>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i < arrayLength(&input)) {
    let x = input[i];
    output[i] = ${expression};
  }
}
`;
