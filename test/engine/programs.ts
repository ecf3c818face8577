/** Programs drawn at random by fast-check, which shows the smallest one that breaks a property. */

import fc from "fast-check";
import { steps, type RandomProgram } from "../../engine/check/programs.ts";

export { INPUTS, run } from "../../engine/check/programs.ts";

/** Programs of 1 to `longest` steps. */
export const programs = (longest = 8, names = Object.keys(steps)): fc.Arbitrary<RandomProgram> =>
  fc.record({
    steps: fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(9), fc.nat(9)), { minLength: 1, maxLength: longest }),
  });
