/** What a net is trained on in every library: at data, their labels `[n, classes]` with 1 at the class and 0 elsewhere, and samples. */

import { tree, type numpy as np } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "../../engine/index.ts";
import { contrastiveDivergence } from "../../ebm/index.ts";
import type { Energy, Parameters } from "./nets.ts";

export interface Loss {
  classes: number;
  ours(parameters: Parameters<Tensor>, data: Tensor, labels: Tensor, samples: Tensor): Tensor;
  /** Owns its arguments. */
  jax(parameters: Parameters<np.Array>, data: np.Array, labels: np.Array, samples: np.Array): np.Array;
  tfjs(parameters: Parameters<tf.Tensor>, data: tf.Tensor, labels: tf.Tensor, samples: tf.Tensor): tf.Scalar;
  /** Python source that defines `loss_of(parameters, data, labels, samples)`, and stands behind that of the energy. */
  torch: string;
}

/** mean E(data) − mean E(samples); everything is of one class. */
export const contrast = (energy: Energy): Loss => ({
  classes: 1,
  ours: (parameters, data, _labels, samples) =>
    contrastiveDivergence((x: Tensor) => energy.ours(parameters, x), data, samples).loss,
  jax(parameters, data, labels, samples) {
    labels.dispose();
    return energy.jax(tree.ref(parameters), data).mean().sub(energy.jax(parameters, samples).mean());
  },
  tfjs: (parameters, data, _labels, samples) =>
    tf.sub(tf.mean(energy.tfjs(parameters, data)), tf.mean(energy.tfjs(parameters, samples))),
  torch: `
@compiled
def loss_of(parameters, data, labels, samples):
    return energy(parameters, data).mean() - energy(parameters, samples).mean()
`,
});
