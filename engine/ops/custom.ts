/** Results with a gradient of their own: the op behind `customVjp` and `checkpoint`. */

import type { Attributes, MovementOp } from "../op.ts";
import { apply, type Tensor } from "../tensor.ts";

/** The gradient towards each input, `null` where there is none. */
export type CustomGradient = (dy: Tensor, inputs: readonly Tensor[], y: Tensor) => readonly (Tensor | null)[];

interface Rule extends Attributes {
  gradient: CustomGradient;
  /** How many of the inputs it is taken towards. */
  count: number;
}

/**
 * inputs = the result as it was computed; what the gradient is taken towards; what else the result depends on. No gradient
 * enters the computation itself, and compiled programs read straight through.
 */
export const customOp: MovementOp<Rule> = {
  kind: "movement",
  name: "custom",
  infer: ([y]) => ({ shape: y.shape, dtype: y.dtype }),
  read: (position) => ({ alternatives: [{ when: null, input: 0, position }] }),
  vjp(input, dy, node, rule) {
    if (input === 0) return null;
    if (input > rule.count)
      throw new TypeError(
        `customVjp: the function reads ${node.inputs[input].describe()} from outside, towards which it has no gradient; make it an argument`,
      );
    return slopesOf(node, dy, rule)[input - 1];
  },
};

/** A gradient asked for input by input, and computed once. */
const known = new WeakMap<Tensor, { dy: Tensor; slopes: readonly (Tensor | null)[] }>();

function slopesOf(node: Tensor, dy: Tensor, { gradient, count }: Rule): readonly (Tensor | null)[] {
  const last = known.get(node);
  if (last?.dy === dy) return last.slopes;
  const slopes = gradient(dy, node.inputs.slice(1, count + 1), node);
  known.set(node, { dy, slopes });
  return slopes;
}

/** `y` with another gradient towards `inputs`; towards `others`, on which it also depends, there is none. */
export const withGradient = (
  y: Tensor,
  inputs: readonly Tensor[],
  gradient: CustomGradient,
  others: readonly Tensor[] = [],
): Tensor => apply(customOp, [y, ...inputs, ...others], { gradient, count: inputs.length });

/** x, once `after` has been computed, and never merged with x: inputs [x, after]. */
export const againOp: MovementOp = {
  kind: "movement",
  name: "again",
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  read: (position) => ({ alternatives: [{ when: null, input: 0, position }] }),
  vjp: [(dy) => dy, () => null],
};

/** x, which a gradient cannot pass: it throws. */
export const onceOp: MovementOp = {
  kind: "movement",
  name: "a custom gradient declared { once: true }",
  infer: ([x]) => ({ shape: x.shape, dtype: x.dtype }),
  read: (position) => ({ alternatives: [{ when: null, input: 0, position }] }),
};
