/** What is kept of a race: numbers as arrays, named by the part that they belong to. */

import type { HostArray, NamedArrays } from "../../../../engine/hostArray.ts";

export const floats = (numbers: readonly number[]): HostArray => ({
  ...{ dtype: "f32", shape: [numbers.length] },
  data: Float32Array.from(numbers),
});

export const counts = (numbers: readonly number[]): HostArray => ({
  ...{ dtype: "u32", shape: [numbers.length] },
  data: Uint32Array.from(numbers),
});

/** Arrays under the name of their part: `x` → `mala.x`. */
export const asPart = (part: string, arrays: NamedArrays): NamedArrays =>
  Object.fromEntries(Object.entries(arrays).map(([name, array]) => [`${part}.${name}`, array]));

/** The arrays of one part, by their names in it. */
export const partOf = (arrays: NamedArrays, part: string): NamedArrays =>
  Object.fromEntries(
    Object.entries(arrays).flatMap(([name, array]) =>
      name.startsWith(`${part}.`) ? [[name.slice(part.length + 1), array]] : [],
    ),
  );
