/** Gradients of a loss that is a mean, by way of slopes that an f16 can hold. */

import { grad, mapTree, type StoredAs, type Tensor, type Tree } from "../../engine/index.ts";

/**
 * ∂loss / ∂parameters. The slopes on the way to them are as small as what the sum over items was divided by is large, their number and
 * perhaps a temperature. Where an update keeps them in f16, which holds nothing below 6 · 10⁻⁸ or above 65 504, the loss is multiplied by about
 * that `divisor` and the gradients divided again, by a power of two, which rounds nothing: slopes are then those of single items' energies.
 */
export function slopesOf<T extends Tree>(loss: Tensor, parameters: T, divisor: number, storage: StoredAs): T {
  if (storage === "f32") return grad(loss, parameters);
  const scale = 2 ** Math.round(Math.log2(divisor));
  return mapTree<T>(grad(loss.mul(scale), parameters), (slope) => (slope as Tensor).div(scale));
}
