/** Runs a program eagerly, compiled, and in the float64 reference, and holds the three against each other. */

import { expect } from "vitest";
import {
  compile,
  dispose,
  evaluate,
  fromArray,
  scope,
  tensorsOf,
  toArray,
  type Compiled,
  type HostArray,
  type Tensor,
  type Tree,
} from "../../engine/index.ts";
import type { ReferenceArray } from "../../engine/op.ts";
import { inputOp, placeholder } from "../../engine/ops/sources.ts";
import { trace } from "../../engine/tracing.ts";
import "./opened.ts";
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

/** Asserts that results have the expected shapes and types, and numbers within the tolerances. */
export async function expectResults(way: string, results: Tree, { values, tolerances }: Expected): Promise<void> {
  const arrays = await Promise.all(tensorsOf(results).map(toArray));
  expect(arrays.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
    values.map(({ dtype, shape }) => ({ dtype, shape })),
  );
  arrays.forEach(({ data }, at) => {
    data.forEach((value, i) => {
      const wanted = values[at].data[i];
      const same = Object.is(value, wanted) || Math.abs(value - wanted) <= tolerances[at][i];
      if (!same)
        expect.fail(
          `${way}: result ${at} is ${value} at ${i}, the reference has ${wanted} ± ${tolerances[at][i]} (shape [${values[at].shape.join(", ")}])`,
        );
    });
  });
}

/**
 * Runs a program in all three ways, compiled twice over, and asserts that they agree: to the bit if `exactly`, and with
 * the reference of another program that means the same if there is a `meaning`.
 */
export async function expectAgreement(
  program: Program,
  inputs: readonly HostArray[],
  { exactly = false, meaning = program }: { exactly?: boolean; meaning?: Program } = {},
): Promise<void> {
  const wanted = expected(meaning, inputs, exactly);
  if (meaning !== program) expect(expected(program, inputs, true).values).toEqual(wanted.values);
  const tensors = inputs.map(fromArray);
  const eager = scope(() => program(...tensors));
  await expectResults("eager", eager, wanted);
  const compiled: Compiled<Tensor[], Tree> = compile(program);
  for (const way of ["compiled", "replayed"]) {
    const results = scope(() => compiled(...tensors));
    await expectResults(way, results, wanted);
    dispose(results);
  }
  dispose(eager, tensors);
  compiled.dispose();
}
