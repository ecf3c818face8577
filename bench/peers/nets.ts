/** Nets as energies in every library; those of bench/ebm/models.ts, which are convolutions padded by 1 and then linear layers. */

import { lax, nn, numpy as np } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import { dispose, key, mapTree, scope, type NamedArrays, type Tensor, type Tree } from "../../engine/index.ts";
import { namedArrays, type Module } from "../../nn/index.ts";
import { models } from "../ebm/models.ts";
import { contrast, type Loss } from "./loss.ts";

export type Parameters<T> = Record<string, T>;

/** E(x) of a batch, `[n, …] → [n]`, in every library; parameters as {@link parameters} names them. */
export interface Energy {
  name: string;
  /** Shape of a batch. */
  batch: readonly number[];
  /** Initial parameters, in order. A linear layer after images `[c, h, w]` has them in its shape, `[1, c, h, w]`. */
  parameters(): Promise<NamedArrays>;
  ours(parameters: Parameters<Tensor>, x: Tensor): Tensor;
  /** Owns its arguments. */
  jax(parameters: Parameters<np.Array>, x: np.Array): np.Array;
  tfjs(parameters: Parameters<tf.Tensor>, x: tf.Tensor): tf.Tensor;
  /** Python source that defines `energy(parameters, x)`. */
  torch: string;
}

export interface Net extends Energy {
  loss: Loss;
}

interface Description {
  /** Between layers: silu, or leaky relu with this slope. */
  activation: "silu" | { leak: number };
  /** Of the convolutions that come first. */
  strides: readonly number[];
  /** Of an image before it is flattened. */
  features?: readonly number[];
}

/** Weights and biases, layer by layer. */
const layersOf = <T>(parameters: Parameters<T>) => {
  const all = Object.values(parameters);
  return Array.from({ length: all.length / 2 }, (_, layer) => ({ weight: all[2 * layer], bias: all[2 * layer + 1] }));
};

const energy = (model: (typeof models)[number], { activation, strides, features }: Description): Energy => ({
  name: model.name,
  batch: model.batch,

  async parameters() {
    return Object.fromEntries(
      Object.entries(await initial(model.net)).map(([name, array]) => {
        const seesImage = features !== undefined && array.shape.length === 2;
        return [name, seesImage ? { ...array, shape: [array.shape[0], ...features] } : array];
      }),
    );
  },

  ours: (parameters, x) => model.net.apply(treeOf(model.net, parameters), x).reshape([-1]),

  jax: (parameters, x) =>
    layersOf(parameters)
      .reduce((y, { weight, bias }, layer) => {
        const input = layer === 0 ? y : activation === "silu" ? nn.silu(y) : nn.leakyRelu(y, activation.leak);
        const stride = strides[layer];
        const [outputs] = weight.shape;
        return stride === undefined
          ? np.matmul(input.reshape([input.shape[0], -1]), weight.reshape([outputs, -1]).transpose()).add(bias)
          : lax
              .convGeneralDilated(
                input,
                weight,
                [stride, stride],
                [
                  [1, 1],
                  [1, 1],
                ],
              )
              .add(bias.reshape([outputs, 1, 1]));
      }, x)
      .reshape([-1]),

  tfjs: (parameters, x) =>
    tf.reshape(
      layersOf(parameters).reduce((y, { weight, bias }, layer) => {
        const silu = () => tf.mul(y, tf.sigmoid(y));
        const input = layer === 0 ? y : activation === "silu" ? silu() : tf.leakyRelu(y, activation.leak);
        const stride = strides[layer];
        if (stride !== undefined)
          return tf.add(tf.conv2d(input as tf.Tensor4D, weight as tf.Tensor4D, stride, 1, "NHWC", 1, "floor"), bias);
        const rows = tf.reshape(input, [input.shape[0], -1]);
        return weight.rank === 4
          ? tf.add(tf.matMul(rows, tf.reshape(weight, [-1, weight.shape[3]!])), bias)
          : tf.add(tf.matMul(rows, weight, false, true), bias);
      }, x),
      [-1],
    ),

  torch: `
def energy(parameters, x):
    strides = [${strides.join(", ")}]
    values = list(parameters.values())
    for layer, (weight, bias) in enumerate(zip(values[::2], values[1::2])):
        if layer > 0:
            x = ${activation === "silu" ? "F.silu(x)" : `F.leaky_relu(x, ${activation.leak})`}
        if layer < len(strides):
            x = F.conv2d(x, weight, bias, stride=strides[layer], padding=1)
        else:
            x = F.linear(x.flatten(1), weight.flatten(1), bias)
    return x.flatten()
`,
});

/** A net's parameters at the start. */
export async function initial(net: Module): Promise<NamedArrays> {
  const parameters = scope(() => net.init(key(1)));
  const arrays = await namedArrays(parameters);
  dispose(parameters);
  return arrays;
}

/** Parameters in the tree that our modules have them in. */
export const treeOf = (module: Module, parameters: Parameters<Tensor>): Tree =>
  mapTree(module.init(key(1)), (leaf, path) => parameters[path].reshape((leaf as Tensor).shape));

const [toy, mlp, conv] = models;

const net = (model: (typeof models)[number], about: Description): Net => {
  const ofModel = energy(model, about);
  return { ...ofModel, loss: contrast(ofModel) };
};

export const nets = {
  toy: net(toy, { activation: { leak: 0.05 }, strides: [] }),
  mlp: net(mlp, { activation: "silu", strides: [] }),
  conv: net(conv, { activation: "silu", strides: [1, 2, 2], features: [64, 7, 7] }),
};
