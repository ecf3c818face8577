/** The platform gives an adapter whose device computes, in Node and in the browser. */

import { requestAdapter, settle } from "#platform";
import { expect, test } from "vitest";
import { BufferUsage, MapMode } from "../../engine/platform/flags.ts";

const squares = `
  @group(0) @binding(0) var<storage, read_write> numbers: array<f32, 64>;
  @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) i: u32) { numbers[i] *= numbers[i]; }
`;

test("requestAdapter() says what it found", async () => {
  const { adapter, name, software, host } = await requestAdapter();
  expect(name).not.toBe("");
  expect(host).toMatch(/^\w+[/ ][\d.]+/);
  expect(software).toBe(adapter.info.isFallbackAdapter || adapter.info.architecture === "swiftshader");
});

test("a compute shader squares 64 numbers", async () => {
  const { adapter, software } = await requestAdapter();
  const device = await adapter.requestDevice();
  const usage = BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST;
  const numbers = device.createBuffer({ size: 256, usage });
  const result = device.createBuffer({ size: 256, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST });
  const pipeline = device.createComputePipeline({
    layout: "auto",
    compute: { module: device.createShaderModule({ code: squares }) },
  });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer: numbers } }],
  });

  device.queue.writeBuffer(
    numbers,
    0,
    Float32Array.from({ length: 64 }, (_, i) => i),
  );
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(numbers, result);
  device.queue.submit([encoder.finish()]);
  await settle(result.mapAsync(MapMode.READ), software);

  expect(Array.from(new Float32Array(result.getMappedRange()))).toEqual(Array.from({ length: 64 }, (_, i) => i * i));
  device.destroy();
});

test("settle(promise) passes on the value and the error, on software adapters too", async () => {
  const late = new Promise<string>((resolve) => setTimeout(() => resolve("late"), 5));
  expect(await settle(late, true)).toBe("late");
  await expect(settle(Promise.reject(new Error("lost")), true)).rejects.toThrow("lost");
  expect(await Promise.all([settle(Promise.resolve(1), true), settle(Promise.resolve(2), false)])).toEqual([1, 2]);
});
