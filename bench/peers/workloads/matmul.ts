/** Products of matrices: square ones, that of a small net's layer, and one of long sums. */

import { jit, numpy as np } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import { matmul } from "../../../engine/index.ts";
import { drawn } from "../inputs.ts";
import { workload } from "../workload.ts";

/** Rows, terms, columns. */
const square = (n: number) => [n, n, n] as const;
const sizes = [...[256, 512, 1024, 2048, 4096].map(square), [256, 128, 128], [64, 8192, 64]] as const;

export const matmulWorkloads = sizes.map(([rows, terms, columns]) =>
  workload(
    {
      name: `matmul/${rows === terms && terms === columns ? rows : `${rows}x${terms}x${columns}`}`,
      unit: "op",
      units: 1,
      onlyGpu: rows * terms * columns > 2 ** 30,
      inputs: async () => ({ a: await drawn([rows, terms], 1), b: await drawn([terms, columns], 2) }),
    },
    {
      ours: ({ a, b }) => ({ y: matmul(a, b) }),
      "jax-js": jit(({ a, b }: Record<string, np.Array>) => ({ y: np.matmul(a, b) })),
      tfjs: ({ a, b }) => ({ y: tf.matMul(a, b) }),
      torch: `
@compiled
def work(inputs):
    return {"y": inputs["a"] @ inputs["b"]}
`,
    },
  ),
);
