/** Weight decay as a penalty: what it adds to the slopes. */

import { zipTrees, type Tree } from "../../engine/index.ts";

/** slope + weightDecay · p: the slope of the loss with ½ weightDecay ‖p‖² added, as PyTorch's optimisers decay. */
export const withDecay = <P extends Tree>(slopes: P, parameters: P, weightDecay: number): P =>
  weightDecay === 0 ? slopes : zipTrees(slopes, [parameters], ([slope, p]) => slope.add(p.mul(weightDecay)));
