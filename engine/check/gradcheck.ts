/** Gradients against finite differences, in the float64 reference and to any order. */

import { grad } from "../grad.ts";
import type { HostArray } from "../hostArray.ts";
import type { ReferenceArray } from "../op.ts";
import { sum } from "../ops/reduce.ts";
import { inputOp, placeholder } from "../ops/sources.ts";
import { evaluate } from "../reference.ts";
import type { Tensor } from "../tensor.ts";
import { trace } from "../tracing.ts";
import { tensorsOf, type Tree } from "../tree.ts";
import { draw } from "./draw.ts";

/** Near the cube root of float64's precision, where rounding and curvature hurt a central difference equally little. */
const STEP = 2 ** -17;

/** Gradients agree below this: a central difference is good to about ∛ε² = 4e-11 of the derivatives around it. */
export const AGREES = 1e-6;

/** Below this share of the function's own size a derivative counts as zero. */
const NEGLIGIBLE = 1e-3;

/**
 * The largest relative error among the derivatives of `f` up to `order`: along random directions, and each order of the
 * function that the order before it is. Inputs that are not f32 stay as they are.
 */
export function gradcheck(f: (...inputs: Tensor[]) => Tree, inputs: readonly HostArray[], order = 1): number {
  const given = new Map<Tensor, ReferenceArray>();
  const known = ({ shape, dtype, data }: HostArray): Tensor => {
    const node = placeholder(inputOp, { shape, dtype, label: "input" });
    given.set(node, { shape, dtype, data: Float64Array.from(data) });
    return node;
  };
  const points = inputs.map(known);
  const varied = points.filter(({ dtype }) => dtype === "f32");
  const valueOf = (scalar: Tensor, at: ReadonlyMap<Tensor, ReferenceArray>) => evaluate([scalar], at)[0].data[0];

  return trace(() => {
    let worst = 0;
    let scalar = combined(tensorsOf(f(...points)), (shape, at) => known(draw(1000 + at, shape, 0.5, 1.5)));
    for (let level = 1; level <= order; level++) {
      const directions = varied.map(({ shape }, at) => known(draw(2000 + 10 * level + at, shape, -1, 1)));
      const moved = (distance: number) => {
        const there = new Map(given);
        varied.forEach((point, i) => {
          const [x, v] = [given.get(point)!, given.get(directions[i])!];
          there.set(point, { ...x, data: x.data.map((value, at) => value + distance * v.data[at]) });
        });
        return there;
      };
      const measured = (valueOf(scalar, moved(STEP)) - valueOf(scalar, moved(-STEP))) / (2 * STEP);
      const size = Math.abs(valueOf(scalar, given));
      scalar = combined(grad(scalar, varied), (_shape, at) => directions[at]);
      const derived = valueOf(scalar, given);
      const scale = Math.max(Math.abs(measured), Math.abs(derived), NEGLIGIBLE * (1 + size));
      worst = Math.max(worst, Math.abs(measured - derived) / scale);
    }
    return worst;
  });
}

/** Σ of tensors, each weighted element by element: a scalar that depends on all of them. */
const combined = (parts: readonly Tensor[], weight: (shape: readonly number[], at: number) => Tensor): Tensor =>
  parts.map((part, at) => sum(part.mul(weight(part.shape, at)))).reduce((a, b) => a.add(b));
