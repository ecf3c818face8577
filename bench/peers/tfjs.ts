/** TensorFlow.js with its WebGPU back end, as its guides teach it: `tidy`, images NHWC, filters HWIO. */

import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import type { HostArray, NamedArrays } from "../../engine/index.ts";
import { mapInputs, quiet, timed, type Inputs, type Outputs, type Peer, type Uploaded } from "./workload.ts";

type Program = (inputs: Uploaded<Inputs, tf.Tensor>) => Outputs<tf.Tensor>;

/** Throws where tfjs finds no WebGPU. */
export async function openTfjs(version: string): Promise<Peer> {
  // It looks for navigator.gpu while it is imported.
  await import("@tensorflow/tfjs-backend-webgpu");
  if (!(await tf.setBackend("webgpu"))) throw new Error("tfjs: its WebGPU back end does not start");
  const backend = tf.backend() as WebGPUBackend;
  return {
    runs: "tfjs",
    version,
    open(program: Program, inputs) {
      const [noisy, silent] = [mapInputs(inputs, upload), mapInputs(quiet(inputs), upload)];
      return {
        run: () =>
          timed(async () => {
            const outputs = tf.tidy(() => program(noisy));
            backend.ensureCommandEncoderReady();
            backend.endComputePassEncoder();
            backend.submitQueue();
            await backend.device.queue.onSubmittedWorkDone();
            tf.dispose(outputs);
          }),
        results: () => download(tf.tidy(() => program(silent))),
        dispose() {
          tf.dispose(noisy);
          tf.dispose(silent);
        },
      };
    },
    close: () => undefined,
  };
}

/** From PyTorch's layout, and back: filters by their name, images otherwise. */
const layouts = {
  filter: { there: [2, 3, 1, 0], back: [3, 2, 0, 1] },
  image: { there: [0, 2, 3, 1], back: [0, 3, 1, 2] },
};
const layoutOf = (name: string) => (name.endsWith("weight") ? layouts.filter : layouts.image);

function upload({ data, shape }: HostArray, ...path: string[]): tf.Tensor {
  if (shape.length !== 4) return tf.tensor(data, [...shape]);
  return tf.tidy(() => tf.transpose(tf.tensor(data as Float32Array, [...shape]), layoutOf(path.at(-1)!).there));
}

async function download(outputs: Outputs<tf.Tensor>): Promise<NamedArrays> {
  const arrays: NamedArrays = {};
  for (const [name, tensor] of Object.entries(outputs)) {
    const there = tensor.rank === 4 ? tf.transpose(tensor, layoutOf(name).back) : tensor;
    arrays[name] = { dtype: "f32", shape: there.shape, data: (await there.data()) as Float32Array };
    tf.dispose([tensor, there]);
  }
  return arrays;
}
