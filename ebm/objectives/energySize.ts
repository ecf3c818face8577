/** A penalty that keeps energies near 0, where contrasts alone let them drift and grow. */

import type { Tensor } from "../../engine/index.ts";

/** mean E(x⁺)² + mean E(x⁻)², of energies `[n]` (Du & Mordatch 2019). */
export const energySize = (ofData: Tensor, ofSamples: Tensor): Tensor =>
  ofData.square().mean().add(ofSamples.square().mean());
