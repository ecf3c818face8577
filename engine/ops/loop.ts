/** A program that runs n times on its own results. */

import type { LoopOp, PickOp } from "../op.ts";
import { dependents, inOrder } from "../graph.ts";
import { sameShape } from "../shape.ts";
import { apply, Tensor } from "../tensor.ts";
import { tracing } from "../tracing.ts";
import { leavesOf, mapTree, tensorsOf, type Tree } from "../tree.ts";
import { argumentOp, constant, inputOp, iterationOp, placeholder } from "./sources.ts";
import type { SourceOp } from "../op.ts";

/** The body of a loop, traced once. */
export interface Body {
  count: number;
  /** The index of the iteration, 0 … count − 1. */
  index: Tensor;
  /** What an iteration starts from, and what it leaves to the next one. */
  carried: readonly Tensor[];
  results: readonly Tensor[];
  /** Tensors from outside, the same in every iteration; computed once before the loop. */
  captured: readonly Tensor[];
}

/**
 * inputs = what the first iteration starts from, then what the body captures. The node as a whole is no tensor: it counts
 * as f32 so that a gradient on its way through meets the op, which has none.
 */
export const loopOp: LoopOp<{ body: Body }> = {
  kind: "loop",
  name: "loop",
  infer: () => ({ shape: [], dtype: "f32" }),
};

export const pickOp: PickOp<{ index: number }> = {
  kind: "pick",
  name: "loop",
  infer([loop], { index }) {
    const { shape, dtype } = (loop.attributes as { body: Body }).body.carried[index];
    return { shape, dtype };
  },
};

/**
 * Runs `body(i, carry)` for i = 0 … n − 1 and returns the last carry: any tree of tensors whose shapes and types do not
 * change. In a compiled program the body is planned once and encoded n times; elsewhere it is an ordinary loop. With
 * `unroll` a compiled program too becomes an ordinary loop, which can be differentiated and is planned in full length.
 */
export function loop<T extends Tree>(
  count: number,
  body: (index: Tensor, carry: T) => T,
  carry: T,
  options?: { unroll?: boolean },
): T {
  if (!Number.isInteger(count) || count < 0)
    throw new RangeError(`loop: the count is a non-negative integer, got ${count}`);
  const first = tensorsOf(carry);
  if (count === 0) return carry;
  if (options?.unroll || !tracing()) {
    for (let i = 0; i < count; i++) carry = body(constant(i, "u32"), carry);
    return carry;
  }
  return traced(count, body, carry, first);
}

function traced<T extends Tree>(
  count: number,
  body: (index: Tensor, carry: T) => T,
  carry: T,
  first: readonly Tensor[],
): T {
  const index = placeholder(iterationOp, {});
  const carried = first.map(({ shape, dtype }) => placeholder(inputOp as SourceOp, { shape, dtype, label: "carry" }));
  let next = 0;
  const results = resultsOf(
    carry,
    body(
      index,
      mapTree(carry, () => carried[next++]),
    ),
  );
  checkCarry(carry, carried, results);
  const node = loopNode(first, { count, index, carried, results });
  next = 0;
  return mapTree(carry, () => apply(pickOp as PickOp, [node], { index: next++ }));
}

/** The loop over a body, with what the body captures as further inputs. */
export function loopNode(first: readonly Tensor[], body: Omit<Body, "captured">): Tensor {
  const captured = capturedBy(body.results, [body.index, ...body.carried]);
  return new Tensor(loopOp, [...first, ...captured], { body: { ...body, captured } }, [], "f32", "symbolic");
}

/** What a body returned, in the order of the carry: members of an object go by their names. */
function resultsOf(carry: Tree, returned: Tree): Tensor[] {
  const byPath = new Map(leavesOf(returned) as [string, Tensor][]);
  const paths = leavesOf(carry).map(([path]) => path);
  if (byPath.size !== paths.length)
    throw new RangeError(`loop: the body must return a carry of ${paths.length} tensors, got ${byPath.size}`);
  return paths.map((path) => {
    const result = byPath.get(path);
    if (result === undefined)
      throw new RangeError(`loop: the body returns no ${path}; it returns ${[...byPath.keys()].join(", ")}`);
    return result;
  });
}

function checkCarry(carry: Tree, carried: readonly Tensor[], results: readonly Tensor[]): void {
  leavesOf(carry).forEach(([path], at) => {
    const [before, after] = [carried[at], results[at]];
    if (!sameShape(before.shape, after.shape) || before.dtype !== after.dtype)
      throw new RangeError(`loop: carry ${path || "tensor"} changes from ${before.describe()} to ${after.describe()}`);
  });
}

/**
 * What a body reads from outside: the outermost tensors that do not depend on its placeholders, computed once before the
 * loop. Numbers and movements stay inside, where they cost nothing.
 */
function capturedBy(results: readonly Tensor[], placeholders: readonly Tensor[]): Tensor[] {
  const inside = dependents(inOrder(results), placeholders);
  const stays = (node: Tensor) => inside.has(node) || node.op.kind === "movement" || node.state === "lazy";
  return inOrder(results, stays).filter((node) => !stays(node) && node.op !== (argumentOp as unknown));
}
