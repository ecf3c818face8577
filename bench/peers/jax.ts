/** jax-js on WebGPU, as its README teaches it: `jit`, and references counted by hand. */

import * as jax from "@jax-js/jax";
import type { HostArray, NamedArrays } from "../../engine/index.ts";
import { mapInputs, quiet, timed, type Inputs, type Outputs, type Peer, type Uploaded } from "./workload.ts";

const { numpy: np, tree } = jax;

type Program = (inputs: Uploaded<Inputs, jax.numpy.Array>) => Outputs<jax.numpy.Array>;

/** Under `jit`, or without. Throws where jax-js finds no WebGPU. */
export async function openJax(runs: "jax-js" | "jax-js, eager", version: string): Promise<Peer> {
  const found = await jax.init("webgpu");
  if (!found.includes("webgpu")) throw new Error(`jax-js: finds no WebGPU, only ${found.join(", ") || "nothing"}`);
  jax.defaultDevice("webgpu");
  return {
    runs,
    version,
    open(program: Program, inputs) {
      const [noisy, silent] = [mapInputs(inputs, upload), mapInputs(quiet(inputs), upload)];
      return {
        run: () =>
          timed(async () => {
            const outputs = program(tree.ref(noisy));
            await jax.blockUntilReady(outputs);
            tree.dispose(outputs);
          }),
        results: () => download(program(tree.ref(silent))),
        dispose() {
          tree.dispose(noisy);
          tree.dispose(silent);
        },
      };
    },
    close: () => undefined,
  };
}

const upload = ({ data, shape }: HostArray): jax.numpy.Array =>
  shape.length === 0 ? np.array(data[0]) : np.array(data).reshape([...shape]);

/** Reading an array gives it up. */
async function download(outputs: Outputs<jax.numpy.Array>): Promise<NamedArrays> {
  const arrays: NamedArrays = {};
  for (const [name, array] of Object.entries(outputs)) {
    const { shape } = array;
    arrays[name] = { dtype: "f32", shape, data: (await array.data()) as Float32Array };
  }
  return arrays;
}
