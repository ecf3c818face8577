/** Products of square matrices. */

import { jit, numpy as np } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import { matmul } from "../../../engine/index.ts";
import { drawn } from "../inputs.ts";
import { workload } from "../workload.ts";

export const matmulWorkloads = [256, 512, 1024].map((n) =>
  workload(
    {
      name: `matmul/${n}`,
      unit: "op",
      units: 1,
      inputs: async () => ({ a: await drawn([n, n], 1), b: await drawn([n, n], 2) }),
    },
    {
      ours: ({ a, b }) => ({ y: matmul(a, b) }),
      "jax-js": jit(({ a, b }: Record<string, np.Array>) => ({ y: np.matmul(a, b) })),
      tfjs: ({ a, b }) => ({ y: tf.matMul(a, b) }),
      torch: `
def work(inputs):
    return {"y": inputs["a"] @ inputs["b"]}
`,
    },
  ),
);
