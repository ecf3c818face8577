/** Functions whose gradient is given, and functions that are computed a second time for their gradient. */

import { rewrite } from "./compile/rewrite.ts";
import { inOrder } from "./graph.ts";
import { vjp } from "./grad.ts";
import { reshapeOp } from "./ops/movement.ts";
import { againOp, onceOp, withGradient, type CustomGradient } from "./ops/custom.ts";
import { apply, tensorsSoFar, type Tensor } from "./tensor.ts";
import { tracing } from "./tracing.ts";

export type { CustomGradient };

type TensorFunction = (...inputs: Tensor[]) => Tensor;

/**
 * `f` with a gradient of its own: `gradient(dy, inputs, y)` returns the product of dy with the Jacobian towards each input,
 * `null` for none. It is written with ops, or as a `vjp` of another function of the same inputs, like everything else, so that gradients of it are right too; with `once` they
 * throw instead of being silently wrong, for gradients that are not derivatives of anything (straight-through, surrogates).
 *
 * A tensor that `f` reads from outside its arguments has no gradient rule: asking for a gradient towards it throws.
 */
export function customVjp(
  f: TensorFunction,
  gradient: CustomGradient,
  { once = false }: { once?: boolean } = {},
): TensorFunction {
  const given: CustomGradient = (dy, inputs, y) => {
    // Each stands for itself: a gradient taken towards two of them does not count the way from one to the other.
    const own = inputs.map((input) => apply(reshapeOp, [input], { shape: input.shape }));
    const slopes = gradient(dy, own, y);
    if (slopes.length !== inputs.length)
      throw new RangeError(`customVjp: one gradient per input, got ${slopes.length} for ${inputs.length} inputs`);
    return once ? slopes.map((slope) => slope && apply(onceOp, [slope])) : slopes;
  };
  return (...inputs) => {
    const { y, captured } = observed(f, inputs);
    return withGradient(y, inputs, given, captured);
  };
}

/**
 * `f` without the memory of its intermediate results: in a compiled program they are computed again when the gradient asks for
 * them (Chen et al. 2016). Values and gradients of every order are those of `f`, also towards tensors that it reads from
 * outside. Elsewhere it is `f` itself, since eager tensors last as long as their scope.
 */
export function checkpoint(f: TensorFunction): TensorFunction {
  return (...inputs) => {
    if (!tracing()) return f(...inputs);
    const { y, captured } = observed(f, inputs);
    if (y.op.kind === "source" || inputs.includes(y)) return y;
    const sources = [...new Set([...inputs, ...captured])];
    return withGradient(y, sources, (dy) => {
      const again = sources.map((source) => apply(againOp, [source, dy]));
      const [copy] = rewrite([y], (node) => node, new Map(sources.map((source, at) => [source, again[at]])));
      const smooth = again.filter(({ dtype }) => dtype === "f32");
      const slopes = vjp(copy, smooth, dy);
      return again.map((source) => slopes[smooth.indexOf(source)] ?? null);
    });
  };
}

/** The result of a function, and which older tensors besides its arguments it was computed from. */
function observed(f: TensorFunction, inputs: readonly Tensor[]): { y: Tensor; captured: Tensor[] } {
  const start = tensorsSoFar();
  const y = f(...inputs);
  const isInside = (node: Tensor) => node.id >= start && !inputs.includes(node);
  const captured = inOrder([y], isInside).filter(
    (node) => !isInside(node) && !inputs.includes(node) && node.dtype === "f32" && node.op.kind !== "loop",
  );
  return { y, captured };
}
