/** The nets of JEM: logits, and the energy that follows from them. */

import { logSumExp, pick, type Shape, type Tensor, type Tree } from "../../engine/index.ts";
import {
  basicResnet,
  leakyRelu,
  silu,
  smallMlpEnergy,
  softplus,
  stridedNet,
  wideResnet,
  type Headed,
  type Module,
  type Pass,
} from "../../nn/index.ts";
import type { JemSettings } from "./jem.fields.ts";

/** What a net says about items `[n, …]`. */
export interface Reading {
  /** ℓ(x) `[n, classes]` */
  logits: Tensor;
  /** E(x) = −log Σ exp ℓ(x), or minus an output of its own: `[n]` */
  energy: Tensor;
}

export interface JemNet {
  module: Headed;
  read(parameters: Tree, x: Tensor, pass: Pass): Reading;
}

/** E(x, y) = −ℓ(x)[y] for classes u32 `[n]`. */
export const energyOf = ({ logits }: Reading, classes: Tensor): Tensor => pick(logits, classes).neg();

/**
 * The net for items of a shape and so many classes. A head of its own for f is one more row of the last layer.
 * @throws RangeError where the kind does not take such items
 */
export function jemNetOf({ net, objective, data }: JemSettings, item: Shape, classes: number): JemNet {
  const own = objective.head === "own";
  const module = moduleOf(net, data.name, item, classes + Number(own));
  return {
    module,
    read(parameters, x, pass) {
      const outputs = module.apply(parameters, x, pass);
      const logits = own ? outputs.slice([null, [0, classes]]) : outputs;
      const f = own ? outputs.slice([null, [classes, classes + 1]]).reshape([-1]) : logSumExp(outputs, 1);
      return { logits, energy: f.neg() };
    },
  };
}

function moduleOf(net: JemSettings["net"], name: string, item: Shape, outputs: number): Headed {
  const { kind, width, depth, dropout, last } = net;
  const points = item.length === 1;
  if (points !== (kind === "mlp"))
    throw new RangeError(
      `net.kind: "${kind}" does not take ${points ? "points" : "images"}, which data.name "${name}" has`,
    );
  const [channels, size] = item;
  const norm = net.norm === "none" ? null : net.norm;
  if (norm !== null && kind !== "wideResnet")
    throw new RangeError(`net.norm: only the wideResnet has normalisation, got "${norm}" for "${kind}"`);
  if (dropout > 0 && kind !== "wideResnet")
    throw new RangeError(`net.dropout: only the wideResnet drops any, got ${dropout} for "${kind}"`);
  const activation = activationOf(net);
  switch (kind) {
    case "mlp":
      return smallMlpEnergy({ dimensions: item[0], hidden: width, outputs, activation });
    case "conv":
      return stridedNet({ channels, size, width, leak: net.leak, outputs, activation });
    case "wideResnet":
      return wideResnet({ depth, widen: width, channels, norm, dropout, activation, last, outputs });
    case "resnet":
      if (channels !== 3 || net.activation !== "leakyRelu" || net.leak !== 0)
        throw new RangeError(
          `net.kind: "resnet" is for 3 channels and ReLU (net.leak 0), got ${channels} channels, ${net.activation} with net.leak ${net.leak}`,
        );
      return basicResnet({ outputs, widen: width });
  }
}

function activationOf({ activation, leak }: JemSettings["net"]): Module {
  switch (activation) {
    case "leakyRelu":
      return leakyRelu(leak);
    case "silu":
      return silu();
    case "softplus":
      return softplus();
  }
}
