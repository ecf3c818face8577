/** Filling in what is missing. */

import { fromArray, uniform, where, type Shape, type Tensor } from "../../engine/index.ts";
import { restoration } from "./restoration.ts";

type Part = "bottom" | "right" | "middle";

export const inpaint = restoration({
  about: "the missing half, or middle, of held-out images, filled in by chains that keep the rest",
  fields: { missing: { kind: "choice", about: "which part", values: ["bottom", "right", "middle"] } },
  defaults: { missing: "bottom" },
  card: ({ missing }) => ({
    damage: `the ${missing === "middle" ? "middle, half as wide and high," : `${missing} half`} is replaced by uniform noise, and it is known where`,
  }),
  damage(images, { missing }, key) {
    const known = maskOf(images.shape, missing);
    return { x: where(known.greater(0.5), images, uniform(key, images.shape, -1, 1)), known };
  },
});

/** 1 where pixels are kept, 0 where they are missing. */
function maskOf(shape: Shape, missing: Part): Tensor {
  const [, , height, width] = shape;
  const inMiddle = (at: number, extent: number): boolean => at >= extent / 4 && at < (3 * extent) / 4;
  const isMissing = (row: number, column: number): boolean =>
    ({
      bottom: row >= height / 2,
      right: column >= width / 2,
      middle: inMiddle(row, height) && inMiddle(column, width),
    })[missing];
  const size = shape.reduce((product, extent) => product * extent, 1);
  const data = Float32Array.from({ length: size }, (_, i) =>
    Number(!isMissing(Math.floor(i / width) % height, i % width)),
  );
  return fromArray({ dtype: "f32", shape, data });
}
