/** Numbers that every library is given. */

import {
  dispose,
  foldIn,
  key,
  normal,
  scope,
  sizeOf,
  toArray,
  type HostArray,
  type NamedArrays,
  type Shape,
} from "../../engine/index.ts";

/** Normal numbers times `scale`, the same for the same stream. */
export async function drawn(shape: Shape, stream: number, scale = 1): Promise<HostArray> {
  const x = scope(() => normal(foldIn(key(1), stream), shape).mul(scale));
  const array = await toArray(x);
  dispose(x);
  return array;
}

/** Zeros in the shapes of other arrays. */
export const zerosOf = (arrays: NamedArrays): NamedArrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { shape }]) => [
      name,
      { dtype: "f32", shape, data: new Float32Array(sizeOf(shape)) },
    ]),
  );
