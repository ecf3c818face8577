/** A Wide-ResNet 28 of JEM, without norms, as a classifier and an energy in every library: E(x) = −log Σ exp(logits). */

import { lax, nn, numpy as np, tree } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import { logSoftmax, logSumExp, type Tensor } from "../../engine/index.ts";
import { wideResnet } from "../../nn/index.ts";
import { initial, treeOf, type Net, type Parameters } from "./nets.ts";

const DEPTH = 28;
const CLASSES = 10;
const LEAK = 0.2;
const [BLOCKS, GROUPS] = [(DEPTH - 4) / 6, { layer1: 1, layer2: 2, layer3: 2 }];

/** What a library is asked for; `again` is a number that is used once more. */
interface Ops<T> {
  conv(x: T, layer: string, stride: number): T;
  act(x: T): T;
  add(a: T, b: T): T;
  again(x: T): T;
  has(layer: string): boolean;
}

/** Everything before the mean over all places: 3 groups of blocks, each act, convolution, act, convolution beside a shortcut. */
function features<T>(x: T, ops: Ops<T>): T {
  let y = ops.conv(x, "conv1", 1);
  for (const [group, first] of Object.entries(GROUPS))
    for (let block = 0; block < BLOCKS; block++) {
      const [at, stride] = [`${group}.${block}`, block === 0 ? first : 1];
      const half = ops.conv(ops.act(ops.again(y)), `${at}.conv1`, 1);
      const inner = ops.conv(ops.act(half), `${at}.conv2`, stride);
      y = ops.add(inner, ops.has(`${at}.shortcut.0`) ? ops.conv(y, `${at}.shortcut.0`, stride) : y);
    }
  return ops.act(y);
}

/** Owns its arguments. */
function jaxLogits(parameters: Parameters<np.Array>, x: np.Array): np.Array {
  const y = features<np.Array>(x, {
    conv(x, layer, stride) {
      const [weight, bias] = [parameters[`${layer}.weight`], parameters[`${layer}.bias`]];
      const [outputs, , taps] = weight.shape;
      const side: [number, number] = [(taps - 1) / 2, (taps - 1) / 2];
      const y = lax.convGeneralDilated(x, weight.ref, [stride, stride], [side, side]);
      return y.add(bias.ref.reshape([outputs, 1, 1]));
    },
    act: (x) => nn.leakyRelu(x, LEAK),
    add: (a, b) => a.add(b),
    again: (x) => x.ref,
    has: (layer) => `${layer}.weight` in parameters,
  });
  const means = np.mean(y, [2, 3]);
  const logits = np.matmul(means, parameters["linear.weight"].ref.transpose()).add(parameters["linear.bias"].ref);
  tree.dispose(parameters);
  return logits;
}

function tfjsLogits(parameters: Parameters<tf.Tensor>, x: tf.Tensor): tf.Tensor {
  const y = features(x, {
    conv(x, layer, stride) {
      const weight = parameters[`${layer}.weight`] as tf.Tensor4D;
      const side = (weight.shape[0] - 1) / 2;
      return tf.add(tf.conv2d(x as tf.Tensor4D, weight, stride, side, "NHWC", 1, "floor"), parameters[`${layer}.bias`]);
    },
    act: (x) => tf.leakyRelu(x, LEAK),
    add: (a, b) => tf.add(a, b),
    again: (x) => x,
    has: (layer) => `${layer}.weight` in parameters,
  });
  const products = tf.matMul(tf.mean(y, [1, 2]), parameters["linear.weight"], false, true);
  return tf.add(products, parameters["linear.bias"]);
}

const torchLogits = `
def convolved(parameters, layer, x, stride=1):
    weight = parameters[layer + ".weight"]
    return F.conv2d(x, weight, parameters[layer + ".bias"], stride=stride, padding=weight.shape[2] // 2)

def logits(parameters, x):
    x = convolved(parameters, "conv1", x)
    for group, first in ${JSON.stringify(GROUPS)}.items():
        for block in range(${BLOCKS}):
            at, stride = f"{group}.{block}", first if block == 0 else 1
            inner = convolved(parameters, at + ".conv1", F.leaky_relu(x, ${LEAK}))
            inner = convolved(parameters, at + ".conv2", F.leaky_relu(inner, ${LEAK}), stride)
            shortcut = at + ".shortcut.0"
            x = inner + (convolved(parameters, shortcut, x, stride) if shortcut + ".weight" in parameters else x)
    return F.linear(F.leaky_relu(x, ${LEAK}).mean((2, 3)), parameters["linear.weight"], parameters["linear.bias"])
`;

/** The net of that width on so many images of 32 × 32. */
export function wideResnetOf(widen: number, images: number): Net {
  const net = wideResnet({ depth: DEPTH, widen, outputs: CLASSES, leak: LEAK });
  const ours = (parameters: Parameters<Tensor>, x: Tensor) => net.apply(treeOf(net, parameters), x);
  return {
    name: `wide-resnet-${DEPTH}-${widen}-batch-${images}`,
    batch: [images, 3, 32, 32],
    parameters: () => initial(net),
    ours: (parameters, x) => logSumExp(ours(parameters, x), 1).neg(),
    jax: (parameters, x) => nn.logsumexp(jaxLogits(parameters, x), 1).neg(),
    tfjs: (parameters, x) => tf.neg(tf.logSumExp(tfjsLogits(parameters, x), 1)),
    torch: `${torchLogits}
def energy(parameters, x):
    return -torch.logsumexp(logits(parameters, x), 1)
`,
    // Of JEM: mean cross-entropy + mean E(data) − mean E(samples), of which the first two share their logits.
    loss: {
      classes: CLASSES,
      ours(parameters, data, labels, samples) {
        const logits = ours(parameters, data);
        const right = logSoftmax(logits, 1).mul(labels).sum(1);
        const contrast = logSumExp(ours(parameters, samples.stopGradient()), 1).mean().sub(logSumExp(logits, 1).mean());
        return contrast.sub(right.mean());
      },
      jax(parameters, data, labels, samples) {
        const logits = jaxLogits(tree.ref(parameters), data);
        const right = nn.logSoftmax(logits.ref, 1).mul(labels).sum(1);
        const contrast = nn.logsumexp(jaxLogits(parameters, samples), 1).mean().sub(nn.logsumexp(logits, 1).mean());
        return contrast.sub(right.mean());
      },
      tfjs(parameters, data, labels, samples) {
        const logits = tfjsLogits(parameters, data);
        const right = tf.sum(tf.mul(tf.logSoftmax(logits), labels), 1);
        const contrast = tf.sub(
          tf.mean(tf.logSumExp(tfjsLogits(parameters, samples), 1)),
          tf.mean(tf.logSumExp(logits, 1)),
        );
        return tf.sub(contrast, tf.mean(right));
      },
      torch: `
@compiled
def loss_of(parameters, data, labels, samples):
    scores = logits(parameters, data)
    contrast = torch.logsumexp(logits(parameters, samples), 1).mean() - torch.logsumexp(scores, 1).mean()
    return F.cross_entropy(scores, labels) + contrast
`,
    },
  };
}
