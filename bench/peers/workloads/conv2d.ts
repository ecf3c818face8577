/** Convolutions of 16 images: the output, and with it the gradients in image and filters for a given dy. */

import type { numpy as np } from "@jax-js/jax";
import { jit, lax, vjp } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import { conv2d, grad } from "../../../engine/index.ts";
import { drawn } from "../inputs.ts";
import { workload } from "../workload.ts";

interface Layer {
  from: number;
  to: number;
  size: number;
  kernel: number;
  stride: number;
}

const layers: readonly Layer[] = [
  { from: 3, to: 64, size: 32, kernel: 3, stride: 1 },
  { from: 64, to: 128, size: 32, kernel: 4, stride: 2 },
  { from: 128, to: 256, size: 16, kernel: 4, stride: 2 },
  { from: 256, to: 512, size: 8, kernel: 4, stride: 2 },
];

const about = ({ from, to, size, kernel, stride }: Layer, what: string) => ({
  name: `conv2d/${from}-${to}-${size}-k${kernel}s${stride}/${what}`,
  unit: "op" as const,
  units: 1,
  inputs: async () => ({
    x: await drawn([16, from, size, size], 1),
    weight: await drawn([to, from, kernel, kernel], 2, 0.05),
    dy: await drawn([16, to, size / stride, size / stride], 3),
  }),
});

/** Owns its arguments. */
const jaxConv = (x: np.Array, weight: np.Array, stride: number) =>
  lax.convGeneralDilated(
    x,
    weight,
    [stride, stride],
    [
      [1, 1],
      [1, 1],
    ],
  );

const tfjsConv = (x: tf.Tensor, weight: tf.Tensor, stride: number) =>
  tf.conv2d(x as tf.Tensor4D, weight as tf.Tensor4D, stride, 1, "NHWC", 1, "floor");

const forward = (layer: Layer) =>
  workload(about(layer, "forward"), {
    ours: ({ x, weight }) => ({ y: conv2d(x, weight, { stride: layer.stride, padding: 1 }) }),
    "jax-js": jit(({ x, weight, dy }: Record<string, np.Array>) => {
      dy.dispose();
      return { y: jaxConv(x, weight, layer.stride) };
    }),
    tfjs: ({ x, weight }) => ({ y: tfjsConv(x, weight, layer.stride) }),
    torch: `
@compiled
def work(inputs):
    return {"y": F.conv2d(inputs["x"], inputs["weight"], stride=${layer.stride}, padding=1)}
`,
  });

const both = (layer: Layer) =>
  workload(about(layer, "gradients"), {
    ours({ x, weight, dy }) {
      const y = conv2d(x, weight, { stride: layer.stride, padding: 1 });
      const [dx, dweight] = grad(y.mul(dy).sum(), [x, weight]);
      return { y, dx, dweight };
    },
    "jax-js": jit(({ x, weight, dy }: Record<string, np.Array>) => {
      const [y, back] = vjp((x: np.Array, weight: np.Array) => jaxConv(x, weight, layer.stride), [x, weight]);
      const [dx, dweight] = back(dy);
      back.dispose();
      return { y, dx, dweight };
    }),
    tfjs({ x, weight, dy }) {
      const conv = (x: tf.Tensor, weight: tf.Tensor) => tfjsConv(x, weight, layer.stride);
      const { value, grads } = tf.valueAndGrads(conv)([x, weight], dy as tf.Tensor4D);
      return { y: value, dx: grads[0], dweight: grads[1] };
    },
    torch: `
@compiled
def convolved(x, weight):
    return F.conv2d(x, weight, stride=${layer.stride}, padding=1)

def work(inputs):
    x, weight = inputs["x"].requires_grad_(), inputs["weight"].requires_grad_()
    y = convolved(x, weight)
    dx, dweight = torch.autograd.grad(y, [x, weight], inputs["dy"])
    return {"y": y, "dx": dx, "dweight": dweight}
`,
  });

export const conv2dWorkloads = layers.flatMap((layer) => [forward(layer), both(layer)]);
