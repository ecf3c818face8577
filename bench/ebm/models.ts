/** The energies whose sampling and training is measured. */

import { flatten, linear, conv2d, sequential, silu, toyNet, type Module } from "../../nn/index.ts";
import type { Shape } from "../../engine/index.ts";

export interface MeasuredModel {
  name: string;
  net: Module;
  /** Shape of a batch. */
  batch: Shape;
}

const down = (inputs: number) => conv2d(inputs, 2 * inputs, 4, { stride: 2, padding: 1 });

export const models: readonly MeasuredModel[] = [
  /** 2 → 32 → 64 → 64 → 64 → 1 with leaky relu, that of ebm-anatomy. */
  { name: "toy", net: toyNet(), batch: [100, 2] },
  {
    name: "mlp",
    net: sequential(linear(2, 128), silu(), linear(128, 128), silu(), linear(128, 1)),
    batch: [256, 2],
  },
  {
    name: "conv",
    net: sequential(
      conv2d(1, 16, 3, { padding: 1 }),
      silu(),
      down(16),
      silu(),
      down(32),
      silu(),
      flatten(),
      linear(64 * 7 * 7, 1),
    ),
    batch: [32, 1, 28, 28],
  },
];

/** Those whose activations are large enough to be kept in f16. */
export const large: readonly MeasuredModel[] = models.filter(({ name }) => name !== "toy");
