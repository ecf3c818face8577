/** Devices that hold one form of every kernel against the others, shared by all tests of a lane, and what programs give on them. */

import {
  compile,
  dispose,
  fromArray,
  openDevice,
  toArray,
  useDevice,
  type CompileOptions,
  type HostArray,
  type Tensor,
} from "../../engine/index.ts";
import { device } from "./opened.ts";

/** The plain forms, those for GPUs, and plain ones with chain kernels for loops. */
export const plain = await openDevice({ kernels: "plain" });
export const tiled = await openDevice({ kernels: "tiles" });
export const chaining = await openDevice({ kernels: "chains" });
useDevice(device);

export type OfTensors = (...x: Tensor[]) => Tensor | Tensor[];

/** What a program gives on a device, and its plan in words with the shaders it ran. */
export async function on(
  which: typeof device,
  program: OfTensors,
  inputs: readonly HostArray[],
  { donate = [], storage }: CompileOptions = {},
): Promise<{ data: HostArray["data"][]; plan: string }> {
  useDevice(which);
  const tensors = inputs.map(fromArray);
  const compiled = compile((...x: Tensor[]) => [program(...x)].flat(), { donate, storage });
  const plan = (await compiled.prepare(...tensors)).explain({ wgsl: true });
  const results = compiled(...tensors);
  const data = (await Promise.all(results.map((result) => toArray(result)))).map((array) => array.data);
  dispose(
    results,
    tensors.filter((_, at) => !donate.includes(at)),
  );
  compiled.dispose();
  useDevice(device);
  return { data, plan };
}
