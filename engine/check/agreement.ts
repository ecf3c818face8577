/** Whether a device gives what the reference does: a program run eagerly, compiled and replayed. */

import { compile, type Compiled } from "../compile/compile.ts";
import type { StoredAs } from "../compile/halves.ts";
import type { HostArray } from "../hostArray.ts";
import type { ReferenceArray } from "../op.ts";
import { inputOp, placeholder } from "../ops/sources.ts";
import { evaluate } from "../reference.ts";
import { dispose, scope } from "../scope.ts";
import { sameShape, showShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { trace } from "../tracing.ts";
import { tensorsOf, type Tree } from "../tree.ts";
import { fromArray, toArray } from "../values.ts";
import { tolerances } from "./rounding.ts";

export type Program = (...inputs: Tensor[]) => Tree;

/** What a program gives in the reference, and how far from it a device may be. */
export interface Expected {
  values: readonly ReferenceArray[];
  tolerances: readonly Float64Array[];
}

/**
 * Runs a program in the reference. `exactly` asks a device for the same numbers, to the bit; `storage` says how it may keep what
 * lies between.
 */
export function expected(
  program: Program,
  inputs: readonly HostArray[],
  exactly = false,
  storage: StoredAs = "f32",
): Expected {
  const given = new Map<Tensor, ReferenceArray>();
  const placeholders = inputs.map(({ shape, dtype, data }) => {
    const node = placeholder(inputOp, { shape, dtype, label: "input" });
    given.set(node, { shape, dtype, data: Float64Array.from(data) });
    return node;
  });
  const outputs = tensorsOf(trace(() => program(...placeholders)));
  const values = evaluate(outputs, given);
  return {
    values,
    tolerances: exactly
      ? values.map(({ data }) => new Float64Array(data.length))
      : tolerances(outputs, given, values, storage),
  };
}

/** How results compare with what is expected. */
export interface Agreement {
  /** What is wrong, as a sentence; null where shapes, types and numbers are as expected. */
  problem: string | null;
  /** The largest error as a share of its bound: at most 1, unless there is a problem. */
  share: number;
}

/** Holds the results of one way to run a program against what is expected. */
export async function agreementOf(way: string, results: Tree, { values, tolerances }: Expected): Promise<Agreement> {
  const arrays = await Promise.all(tensorsOf(results).map(toArray));
  const wrong = (problem: string): Agreement => ({ problem: `${way}: ${problem}`, share: Infinity });
  if (arrays.length !== values.length) return wrong(`${arrays.length} results, the reference has ${values.length}`);
  let largest = 0;
  for (const [at, { dtype, shape, data }] of arrays.entries()) {
    const wanted = values[at];
    if (dtype !== wanted.dtype || !sameShape(shape, wanted.shape))
      return wrong(
        `result ${at} is ${dtype} ${showShape(shape)}, the reference has ${wanted.dtype} ${showShape(wanted.shape)}`,
      );
    const shares = Float64Array.from(data, (value, i) => shareOf(value, wanted.data[i], tolerances[at][i]));
    const i = shares.findIndex((share) => !(share <= 1));
    if (i >= 0)
      return wrong(
        `result ${at} is ${data[i]} at ${i}, the reference has ${wanted.data[i]} ± ${tolerances[at][i]} (shape ${showShape(shape)})`,
      );
    largest = shares.reduce((a, b) => Math.max(a, b), largest);
  }
  return { problem: null, share: largest };
}

/** An error as a share of its bound; NaN where only one of the two numbers is. */
function shareOf(value: number, wanted: number, tolerance: number): number {
  if (Object.is(value, wanted) || value === wanted) return 0;
  return Math.abs(value - wanted) / tolerance;
}

/** Runs a program on the device, eagerly and compiled twice over: the first problem, and the largest share of all. */
export async function agreementOfWays(
  program: Program,
  inputs: readonly HostArray[],
  wanted: Expected,
): Promise<Agreement> {
  const tensors = inputs.map(fromArray);
  const eager = scope(() => program(...tensors));
  const compiled: Compiled<Tensor[], Tree> = compile(program);
  try {
    let worst = await agreementOf("eager", eager, wanted);
    for (const way of ["compiled", "replayed"]) {
      if (worst.problem !== null) break;
      const results = scope(() => compiled(...tensors));
      const { problem, share } = await agreementOf(way, results, wanted);
      worst = { problem, share: Math.max(worst.share, share) };
      dispose(results);
    }
    return worst;
  } finally {
    dispose(eager, tensors);
    compiled.dispose();
  }
}
