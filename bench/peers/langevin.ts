/** A Langevin step in every library, x ← x − stepSize · ∇E(x) + noise · N(0, 1), as the workloads share it. */

import { grad, jit, random, tree, type numpy as np } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import type { Net } from "./nets.ts";

type Parameters<T> = Record<string, T>;

export interface Drift<T> {
  stepSize: T;
  noise: T;
}

/** For jax-js, without `jit`. Owns its arguments. */
export const jaxStep =
  (net: Net) =>
  (parameters: Parameters<np.Array>, x: np.Array, { stepSize, noise }: Drift<np.Array>, key: np.Array): np.Array => {
    const slope = grad((x: np.Array) => net.jax(parameters, x).sum())(x.ref);
    const shape = x.shape;
    return x.sub(slope.mul(stepSize)).add(random.normal(key, shape).mul(noise));
  };

/** `steps` calls of a jitted step, on the host: jax-js has no loop of its own. Owns its arguments. */
export function jaxWalk(
  step: ReturnType<typeof jaxStep>,
  parameters: Parameters<np.Array>,
  x: np.Array,
  drift: Drift<np.Array>,
  steps: number,
): np.Array {
  for (let i = 0; i < steps; i++) x = step(tree.ref(parameters), x, tree.ref(drift), random.key(i));
  tree.dispose(parameters);
  tree.dispose(drift);
  return x;
}

/** The step for {@link jaxWalk}. */
export const jittedStep = (net: Net) => jit(jaxStep(net)) as unknown as ReturnType<typeof jaxStep>;

/** For tfjs, whose memory a `tidy` per step gives back. */
export function tfjsWalk(
  net: Net,
  parameters: Parameters<tf.Tensor>,
  x: tf.Tensor,
  { stepSize, noise }: Drift<tf.Tensor>,
  steps: number,
): tf.Tensor {
  let at = x;
  for (let i = 0; i < steps; i++) {
    const next = tf.tidy(() => {
      const slope = tf.grad((x: tf.Tensor) => tf.sum(net.tfjs(parameters, x)))(at);
      return tf.add(tf.sub(at, tf.mul(slope, stepSize)), tf.mul(tf.randomNormal(at.shape), noise));
    });
    if (at !== x) at.dispose();
    at = next;
  }
  return at;
}

/** Python source that defines `walk(parameters, x, inputs, steps)`. */
export const torchWalk = `
@compiled
def step(parameters, x, step_size, noise):
    gradient, _ = slope(lambda x: energy(parameters, x), x)
    return x - step_size * gradient + noise * torch.randn_like(x)

def walk(parameters, x, inputs, steps):
    for _ in range(steps):
        x = step(parameters, x, inputs["stepSize"], inputs["noise"])
    return x
`;
