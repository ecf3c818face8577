/** The classifier of digits by which modes of StackedMNIST are counted. */

import { conv2d } from "../layers/conv2d.ts";
import { dropout, dropout2d } from "../layers/dropout.ts";
import { linear } from "../layers/linear.ts";
import { composed, type Module } from "../module.ts";

export interface DigitClassifierOptions {
  /** Rows and columns of the image. */
  size?: number;
  /** Features of the first convolution; the second has twice, the linear layer four times as many. */
  width?: number;
}

/**
 * `[n, 1, s, s] → [n, 10]`, logarithms of probabilities: two 3 × 3 convolutions, the largest of each 2 × 2, two linear layers, with a
 * quarter of the channels and half of the features dropped in training (after PyTorch's example for MNIST). 1 199 882
 * parameters for 28 pixels, 7 393 034 for 64.
 */
export function digitClassifier({ size = 28, width = 32 }: DigitClassifierOptions = {}): Module {
  const rest = Math.floor((size - 4) / 2);
  return composed(
    {
      conv1: conv2d(1, width, 3),
      conv2: conv2d(width, 2 * width, 3),
      dropout1: dropout2d(0.25),
      fc1: linear(2 * width * rest * rest, 4 * width),
      dropout2: dropout(0.5),
      fc2: linear(4 * width, 10),
    },
    (part, x) => {
      const image = part.dropout1(part.conv2(part.conv1(x).relu()).relu().maxPool2d(2));
      return part.fc2(part.dropout2(part.fc1(image.flatten(1)).relu())).logSoftmax();
    },
  );
}
