/** An image of more pixels, each of which is the nearest of the old ones. */

import { stateless, type Module } from "../module.ts";

/** `[n, c, h, w] → [n, c, factor · h, factor · w]`, every pixel repeated, as PyTorch's Upsample(scale_factor). */
export const upsampleNearest = (factor: number): Module => stateless((x) => x.upsampleNearest(factor));
