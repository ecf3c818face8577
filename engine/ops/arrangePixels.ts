/** Pixels out of channels and back, for convolutions that enlarge (Shi et al. 2016). */

import { showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { reshape, transpose } from "./movement.ts";

function expectDivisible(where: string, x: Tensor, factor: number, divides: boolean): void {
  if (x.rank !== 4 || !Number.isInteger(factor) || factor < 1 || !divides)
    throw new RangeError(`${where}: ${showShape(x.shape)} is not [n, c, h, w] that a factor of ${factor} divides`);
}

/**
 * Channels as blocks of `factor` × `factor` pixels, as PyTorch's pixel_shuffle:
 * `x [n, c · factor², h, w] → [n, c, h · factor, w · factor]`, channel (c, u, v) at pixel (h · factor + u, w · factor + v).
 */
export function pixelShuffle(x: Tensor, factor: number): Tensor {
  expectDivisible("pixelShuffle", x, factor, x.shape[1] % factor ** 2 === 0);
  const [n, channels, h, w] = x.shape as [number, number, number, number];
  const c = channels / factor ** 2;
  const blocks = transpose(reshape(x, [n, c, factor, factor, h, w]), [0, 1, 4, 2, 5, 3]);
  return reshape(blocks, [n, c, h * factor, w * factor]);
}

/** The inverse of `pixelShuffle`: `x [n, c, h · factor, w · factor] → [n, c · factor², h, w]`. */
export function pixelUnshuffle(x: Tensor, factor: number): Tensor {
  expectDivisible("pixelUnshuffle", x, factor, x.shape[2] % factor === 0 && x.shape[3] % factor === 0);
  const [n, c, height, width] = x.shape as [number, number, number, number];
  const [h, w] = [height / factor, width / factor];
  const channels = transpose(reshape(x, [n, c, h, factor, w, factor]), [0, 1, 3, 5, 2, 4]);
  return reshape(channels, [n, c * factor ** 2, h, w]);
}
