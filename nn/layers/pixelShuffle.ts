/** An image of more pixels, made of channels. */

import { stateless, type Module } from "../module.ts";

/** `[n, factor² · c, h, w] → [n, c, factor · h, factor · w]`, as PyTorch's PixelShuffle(factor) (Shi et al. 2016). */
export const pixelShuffle = (factor: number): Module => stateless((x) => x.pixelShuffle(factor));
