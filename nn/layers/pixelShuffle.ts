/** An image of more pixels, made of channels. */

import { stateless, type Module } from "../module.ts";

/**
 * The channels of a pixel as a square of `factor` × `factor`: `[n, factor² · c, h, w] → [n, c, factor · h, factor · w]`, as
 * PyTorch's PixelShuffle (Shi et al. 2016). Throws a RangeError for channels that do not fill squares.
 */
export const pixelShuffle = (factor: number): Module =>
  stateless((x) => {
    const [n, channels, h, w] = x.shape;
    const c = channels / factor ** 2;
    if (!Number.isInteger(c))
      throw new RangeError(`pixelShuffle: ${channels} channels do not fill squares of ${factor}, got ${x.describe()}`);
    return x
      .reshape([n, c, factor, factor, h, w])
      .transpose([0, 1, 4, 2, 5, 3])
      .reshape([n, c, factor * h, factor * w]);
  });
