/** The linear generator, whose density is known: probabilistic principal components. */

import { linear } from "../layers/linear.ts";
import type { Weighted } from "../layers/weighted.ts";

/**
 * `z [n, latents] → W z + b`, `[n, dimensions]`. With noise of deviation σ added its density is N(b, W Wᵀ + σ²) (Tipping & Bishop
 * 1999). VERA's has no bias, though its study of estimators sets one.
 */
export const linearGenerator = (latents: number, dimensions: number): Weighted => linear(latents, dimensions);
