/** Changes to images that leave what they show: mirrored, and moved by a few pixels. */

import {
  bernoulli,
  broadcast,
  foldIn,
  gather,
  iota,
  maximum,
  minimum,
  randomIndex,
  sub,
  where,
  type Key,
  type Tensor,
} from "../../engine/index.ts";

export interface Augmentation {
  /** Whether every other image, at random, is mirrored left and right. */
  flip: boolean;
  /** Pixels of reflected border around an image from which a piece of its own size is cut; 0 for none. */
  crop: number;
}

/**
 * Images `[n, channels, height, width]` of any type, each changed by random numbers of its own: first cropped, then mirrored.
 * Nothing is padded: a pixel's place is computed, and it is read from there.
 * @throws RangeError for a border that is not narrower than the image, which has no more to reflect
 */
export function augmented(images: Tensor, key: Key, { flip, crop }: Augmentation): Tensor {
  const [count, , height, width] = images.shape;
  if (crop >= Math.min(height, width))
    throw new RangeError(`augmented: a border of ${crop} pixels around images of ${height} × ${width}; it is narrower`);
  const moved = (places: Tensor, stream: number): Tensor =>
    crop === 0
      ? places
      : reflected(places.add(randomIndex(foldIn(key, stream), [count, 1], 2 * crop + 1)), crop, places.shape[1]);
  const mirrored = (places: Tensor, stream: number): Tensor =>
    flip ? where(bernoulli(foldIn(key, stream), [count, 1], 0.5), sub(width - 1, places), places) : places;
  const rows = moved(iota([1, height]), streams.rows);
  const columns = moved(mirrored(iota([1, width]), streams.mirror), streams.columns);
  let result = images;
  if (crop > 0) result = gather(result, 2, broadcast(rows.reshape([count, 1, height, 1]), images.shape));
  if (flip || crop > 0) result = gather(result, 3, broadcast(columns.reshape([count, 1, 1, width]), images.shape));
  return result;
}

/** Keys of their own, apart from 0, which the noise on data has. */
const streams = { rows: 1, columns: 2, mirror: 3 } as const;

/** Places counted from `border` before the first of `extent` elements, as in a mirror on either end: u32, never below 0. */
function reflected(places: Tensor, border: number, extent: number): Tensor {
  const distance = maximum(places, border).sub(minimum(places, border));
  return minimum(distance, sub(2 * (extent - 1), distance));
}
