/** Reverse-mode differentiation: a gradient is a tensor of the same graph, so its gradients follow by the same rule. */

import { dependents, inOrder } from "./graph.ts";
import { equal, toFloat } from "./ops/elementwise.ts";
import { constant, iota } from "./ops/sources.ts";
import { broadcast, concat, reshape, zeros } from "./ops/movement.ts";
import { expectShape } from "./expect.ts";
import { gradientLabel, labelled } from "./labels.ts";
import type { Tensor } from "./tensor.ts";
import { mapTree, tensorsOf, type Tree } from "./tree.ts";

/**
 * The gradient of a scalar `y` towards every tensor of `xs`, in the same tree: `grad(y, [x, w])`, `grad(loss, parameters)`.
 * Zeros for a tensor on which `y` does not depend. Throws a RangeError when `y` is not a scalar and a TypeError at an op
 * that has no gradient.
 */
export function grad<T extends Tree>(y: Tensor, xs: T): T {
  if (y.shape.length !== 0) throw new RangeError(`grad: y must be a scalar, got ${y.describe()}; sum it, or use vjp`);
  return vjp(y, xs, constant(1));
}

/** The value together with its gradient: `[y, grad(y, xs)]`. */
export const valueAndGrad = <T extends Tree>(y: Tensor, xs: T): [Tensor, T] => [y, grad(y, xs)];

/**
 * The product of `dy`, shaped like `y`, with the Jacobian ∂y/∂x, for every x of `xs`. Every way from y to x counts, also
 * one that leads through another of the `xs`. Throws a TypeError towards tensors that are not f32.
 */
export function vjp<T extends Tree>(y: Tensor, xs: T, dy: Tensor): T {
  expectShape("vjp", dy, y.shape);
  const sources = new Set(tensorsOf(xs));
  for (const source of sources)
    if (source.dtype !== "f32") throw new TypeError(`grad: towards f32 only, got ${source.describe()}`);
  // A tensor depends on older ones only, so what is older than every source need not be walked: eager code would
  // otherwise walk all that it has ever computed.
  const oldest = Math.min(...[...sources].map(({ id }) => id));
  const order = inOrder([y], ({ id }) => id > oldest);
  const active = dependents(order, sources);
  const slopes = new Map<Tensor, Tensor>([[y, dy]]);
  for (const node of order.reverse()) {
    const slope = slopes.get(node);
    if (slope === undefined || !active.has(node)) continue;
    node.inputs.forEach((input, index) => {
      if (!active.has(input) || input.dtype !== "f32") return;
      labelled(gradientLabel(node.label), () => {
        const part = towards(node, index, slope);
        if (part === null) return;
        const sum = slopes.get(input);
        slopes.set(input, sum === undefined ? part : sum.add(part));
      });
    });
  }
  return mapTree(xs, (x) => slopes.get(x as Tensor) ?? zerosLike(x as Tensor));
}

/** The gradient towards one input of a node. */
function towards(node: Tensor, input: number, dy: Tensor): Tensor | null {
  const { vjp: rules, name } = node.op;
  if (rules === undefined) throw new TypeError(`grad: ${name} has no gradient`);
  return typeof rules === "function"
    ? rules(input, dy, node, node.attributes)
    : rules[input](dy, node.inputs, node, node.attributes);
}

/** Zeros of a tensor's shape. */
export const zerosLike = (x: Tensor): Tensor => zeros(x.shape, x.dtype);

/**
 * The product of the Jacobian ∂y/∂x with `dx`, shaped like `x`: forward mode out of two reverse passes, since
 * vjp(y, x, dy) is linear in dy and its derivative towards dy is the product sought.
 */
export function jvp(y: Tensor, x: Tensor, dx: Tensor): Tensor {
  const dy = broadcast(constant(0), y.shape);
  // A scaled copy keeps dy a node of its own, whatever the shape of y.
  const seed = dy.mul(1);
  return vjp(vjp(y, x, seed), seed, dx);
}

/** The product of the Hessian of a scalar `y` towards `x` with `v`, shaped like `x`. */
export const hvp = (y: Tensor, x: Tensor, v: Tensor): Tensor => vjp(grad(y, x), x, v);

/**
 * The Jacobian ∂y/∂x, `[...y.shape, ...x.shape]`: a reverse pass for every element of `y`, so for results of a few dozen
 * elements at most. It can be differentiated again.
 */
export function jacobian(y: Tensor, x: Tensor): Tensor {
  const rows = Array.from({ length: y.size }, (_, index) => {
    const unit = toFloat(equal(iota(y.shape), constant(index, "u32")));
    return reshape(vjp(y, x, unit), [1, x.size]);
  });
  return rows.length === 0 ? zeros([...y.shape, ...x.shape]) : reshape(concat(rows), [...y.shape, ...x.shape]);
}
