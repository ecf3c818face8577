/** Chains that start from a mixture of normal distributions with the moments of the data, one for each class. */

import { foldIn, matmul, normal, oneHot, randomIndex, type Tensor } from "../../engine/index.ts";
import type { Draw } from "./start.ts";

/** Items of every class, as many of each: `[classes, items, …]`. */
export type Moments = {
  /** Their means, `[classes, …]`. */
  means: Tensor;
  /** Their differences from them, `[classes, items, …]`. */
  differences: Tensor;
};

/**
 * meanᵧ + Σⱼ zⱼ (xⱼ − meanᵧ) / √items with z ~ N(0, I): normal, with mean and covariance of the items of class y, without a
 * covariance matrix ever being made (Yang & Ji 2021, JEM++, who have one). Classes are drawn uniformly unless they are asked for.
 */
export function matchedDraw({ means, differences }: Moments): Draw {
  const [classes, items, ...item] = differences.shape;
  return (key, [count], asked) => {
    const y = oneHot(asked ?? randomIndex(foldIn(key, 0), [count], classes), classes);
    // Weights of all items, 0 for those of other classes: one product of matrices serves every class.
    const z = normal(foldIn(key, 1), [count, 1, items]).mul(y.reshape([count, classes, 1]));
    const spread = matmul(z.reshape([count, classes * items]), differences.reshape([classes * items, -1]));
    const centre = matmul(y, means.reshape([classes, -1]));
    return centre.add(spread.div(Math.sqrt(items))).reshape([count, ...item]);
  };
}

/** The moments of items `[classes, items, …]`. */
export function momentsOf(items: Tensor): Moments {
  const means = items.mean(1);
  return { means, differences: items.sub(means.reshape([items.shape[0], 1, ...items.shape.slice(2)])) };
}
