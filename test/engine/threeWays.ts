/** Runs a program eagerly, compiled, and in the float64 reference, and holds the three against each other. */

import { expect } from "vitest";
import { agreementOf, agreementOfWays, expected, type Expected, type Program } from "../../engine/check/agreement.ts";
import type { HostArray, Tree } from "../../engine/index.ts";
import "./opened.ts";

export { expected, type Expected, type Program };

/** Asserts that results have the expected shapes and types, and numbers within the tolerances. */
export async function expectResults(way: string, results: Tree, wanted: Expected): Promise<void> {
  const { problem } = await agreementOf(way, results, wanted);
  if (problem !== null) expect.fail(problem);
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
  const { problem } = await agreementOfWays(program, inputs, wanted);
  if (problem !== null) expect.fail(problem);
}
