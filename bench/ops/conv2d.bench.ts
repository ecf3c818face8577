/** A convolution of 16 to 32 features with stride 2, a depthwise one, 32 images of 28 × 28, and their adjoints. */

import { conv2d, conv2dInput, conv2dWeight, type Shape, type Tensor } from "../../engine/index.ts";
import { opCase } from "./opCase.ts";

const image: Shape = [32, 16, 28, 28];
const weight: Shape = [32, 16, 4, 4];
const output: Shape = [32, 32, 14, 14];
const window = { stride: 2, padding: 1 };

const form = (name: string, operands: readonly Shape[], op: (a: Tensor, b: Tensor) => Tensor) =>
  opCase(`ops/${name}/16-32-k4s2`, {
    operands,
    op,
    times: 4,
    // Each output is a sum over 16 features and 4 × 4 taps; the adjoints do the same products, taps off the image too.
    amount: { of: "FLOP", count: 2 * (32 * 32 * 14 * 14) * (16 * 4 * 4) },
  });

const depthwise = { padding: 1, groups: 16 };
const taps: Shape = [16, 1, 3, 3];

const formOfOne = (name: string, operands: readonly Shape[], op: (a: Tensor, b: Tensor) => Tensor) =>
  opCase(`ops/${name}/16-depthwise-k3`, {
    operands,
    op,
    times: 4,
    amount: { of: "FLOP", count: 2 * (32 * 16 * 28 * 28) * (3 * 3) },
  });

export const conv2dCases = [
  form("conv2d", [image, weight], (x, w) => conv2d(x, w, window)),
  form("conv2dInput", [output, weight], (dy, w) => conv2dInput(dy, w, { ...window, shape: image })),
  form("conv2dWeight", [image, output], (x, dy) => conv2dWeight(x, dy, { ...window, shape: weight })),
  formOfOne("conv2d", [image, taps], (x, w) => conv2d(x, w, depthwise)),
  formOfOne("conv2dInput", [image, taps], (dy, w) => conv2dInput(dy, w, { ...depthwise, shape: image })),
  formOfOne("conv2dWeight", [image, image], (x, dy) => conv2dWeight(x, dy, { ...depthwise, shape: taps })),
];
