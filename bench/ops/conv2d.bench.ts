/** A convolution of 16 to 32 features with stride 2, 32 images of 28 × 28, and its two adjoints. */

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

export const conv2dCases = [
  form("conv2d", [image, weight], (x, w) => conv2d(x, w, window)),
  form("conv2dInput", [output, weight], (dy, w) => conv2dInput(dy, w, { ...window, shape: image })),
  form("conv2dWeight", [image, output], (x, dy) => conv2dWeight(x, dy, { ...window, shape: weight })),
];
