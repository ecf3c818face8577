/** The fully connected layer, with all its connections or some. */

import { matmul, type Tensor } from "../../engine/index.ts";
import { expectShape } from "../../engine/expect.ts";
import { initialWeights, type Weighted, type WeightedOptions } from "./weighted.ts";

/** y = x Wᵀ + b: `x [n, inputs] → [n, outputs]`, weight `[outputs, inputs]`, as PyTorch's Linear. */
export function linear(inputs: number, outputs: number, options: WeightedOptions = {}): Weighted {
  return {
    outputAxis: 0,
    init: (key) => initialWeights(key, [outputs, inputs], outputs, options),
    apply({ weight, bias }, x) {
      const y = matmul(x, weight, { transposeB: true });
      return bias === undefined ? y : y.add(bias);
    },
  };
}

/**
 * y = x (W ⊙ mask)ᵀ + b, with a mask of zeros and ones `[outputs, inputs]` that is not learned (Germain et al. 2015). Throws a
 * RangeError for a mask of another shape.
 */
export function maskedLinear(inputs: number, outputs: number, mask: Tensor, options: WeightedOptions = {}): Weighted {
  expectShape("maskedLinear", mask, [outputs, inputs]);
  const whole = linear(inputs, outputs, options);
  return { ...whole, apply: ({ weight, ...rest }, x) => whole.apply({ ...rest, weight: weight.mul(mask) }, x) };
}
