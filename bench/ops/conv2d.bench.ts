/** Convolutions and their adjoints: of an image, of many features with stride 2, of fewer, depthwise. */

import { conv2d, conv2dInput, conv2dWeight, type Shape } from "../../engine/index.ts";
import type { Case } from "../case.ts";
import { opCase } from "./opCase.ts";

interface Convolution {
  batch: number;
  channels: number;
  outputs: number;
  /** Pixels along an image, and along the result. */
  size: number;
  after: number;
  taps: number;
  stride?: number;
  groups?: number;
  /** Times each runs in one go. */
  times: number;
}

/** The forward form and both adjoints. Each does the same products; taps off the image count too. */
function forms(name: string, { batch, channels, outputs, size, after, taps, times, ...rest }: Convolution): Case[] {
  const { stride = 1, groups = 1 } = rest;
  const window = { stride, groups, padding: 1 };
  const image: Shape = [batch, channels, size, size];
  const weight: Shape = [outputs, channels / groups, taps, taps];
  const output: Shape = [batch, outputs, after, after];
  const products = batch * outputs * after ** 2 * (channels / groups) * taps ** 2;
  const common = { times, amount: { of: "FLOP", count: 2 * products } } as const;
  return [
    opCase(`ops/conv2d/${name}`, { ...common, operands: [image, weight], op: (x, w) => conv2d(x, w, window) }),
    opCase(`ops/conv2dInput/${name}`, {
      ...common,
      operands: [output, weight],
      op: (dy, w) => conv2dInput(dy, w, { ...window, shape: image }),
    }),
    opCase(`ops/conv2dWeight/${name}`, {
      ...common,
      operands: [image, output],
      op: (x, dy) => conv2dWeight(x, dy, { ...window, shape: weight }),
    }),
  ];
}

export const conv2dCases = [
  ...forms("3-64-k3", { batch: 16, channels: 3, outputs: 64, size: 32, after: 32, taps: 3, times: 1 }),
  ...forms("64-128-k4s2", { batch: 16, channels: 64, outputs: 128, size: 32, after: 16, taps: 4, stride: 2, times: 1 }),
  ...forms("16-32-k4s2", { batch: 32, channels: 16, outputs: 32, size: 28, after: 14, taps: 4, stride: 2, times: 4 }),
  ...forms("16-depthwise-k3", {
    ...{ batch: 32, channels: 16, outputs: 16, size: 28, after: 28, taps: 3 },
    ...{ groups: 16, times: 4 },
  }),
];
