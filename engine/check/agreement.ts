/** Whether a device gives what the reference does: a program run eagerly, compiled and replayed. */

import { compile, type Compiled } from "../compile/compile.ts";
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

/** Runs a program in the reference. `exactly` asks a device for the same numbers, to the bit. */
export function expected(program: Program, inputs: readonly HostArray[], exactly = false): Expected {
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
    tolerances: exactly ? values.map(({ data }) => new Float64Array(data.length)) : tolerances(outputs, given, values),
  };
}

/** What is wrong with results, as a sentence; null where shapes, types and numbers are as expected. */
export async function disagreement(
  way: string,
  results: Tree,
  { values, tolerances }: Expected,
): Promise<string | null> {
  const arrays = await Promise.all(tensorsOf(results).map(toArray));
  if (arrays.length !== values.length) return `${way}: ${arrays.length} results, the reference has ${values.length}`;
  for (const [at, { dtype, shape, data }] of arrays.entries()) {
    const wanted = values[at];
    if (dtype !== wanted.dtype || !sameShape(shape, wanted.shape))
      return `${way}: result ${at} is ${dtype} ${showShape(shape)}, the reference has ${wanted.dtype} ${showShape(wanted.shape)}`;
    const i = data.findIndex(
      (value, i) => !Object.is(value, wanted.data[i]) && !(Math.abs(value - wanted.data[i]) <= tolerances[at][i]),
    );
    if (i >= 0)
      return `${way}: result ${at} is ${data[i]} at ${i}, the reference has ${wanted.data[i]} ± ${tolerances[at][i]} (shape ${showShape(shape)})`;
  }
  return null;
}

/** Runs a program on the device, eagerly and compiled twice over; the first disagreement, or null. */
export async function disagreementOf(
  program: Program,
  inputs: readonly HostArray[],
  wanted: Expected,
): Promise<string | null> {
  const tensors = inputs.map(fromArray);
  const eager = scope(() => program(...tensors));
  const compiled: Compiled<Tensor[], Tree> = compile(program);
  try {
    let found = await disagreement("eager", eager, wanted);
    for (const way of ["compiled", "replayed"]) {
      if (found !== null) break;
      const results = scope(() => compiled(...tensors));
      found = await disagreement(way, results, wanted);
      dispose(results);
    }
    return found;
  } finally {
    dispose(eager, tensors);
    compiled.dispose();
  }
}
