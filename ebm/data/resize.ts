/** Image sizes. */

/**
 * Planes of bytes `[count, height, width]` to `[count, size, size]`: bilinear with half-pixel centres, and antialiased where
 * that makes them smaller, by a triangle two new pixels wide. As PIL does it: along the rows first, then along the columns,
 * and rounded to bytes after each.
 */
export function resizePlanes(planes: Uint8Array, height: number, width: number, size: number): Uint8Array {
  if (height === size && width === size) return planes;
  const count = planes.length / (height * width);
  const narrow = resizeAxis(planes, count * height, width, 1, size);
  return resizeAxis(narrow, count, height, size, size);
}

/** `[outer, extent, inner]` to `[outer, size, inner]`. */
function resizeAxis(from: Uint8Array, outer: number, extent: number, inner: number, size: number): Uint8Array {
  if (extent === size) return from;
  const taps = Array.from({ length: size }, (_, index) => tapsOf(index, extent, size));
  const to = new Uint8Array(outer * size * inner);
  for (let block = 0, at = 0; block < outer; block++)
    for (const { first, weights } of taps) {
      const start = (block * extent + first) * inner;
      for (let i = 0; i < inner; i++, at++) {
        let sum = 0.5;
        for (let k = 0, place = start + i; k < weights.length; k++, place += inner) sum += weights[k] * from[place];
        to[at] = sum;
      }
    }
  return to;
}

/** The old elements that a new one is a mean of, from `first` on, and their weights, which add up to 1. */
function tapsOf(index: number, from: number, to: number): { first: number; weights: Float64Array } {
  const scale = from / to;
  const reach = Math.max(scale, 1);
  const centre = (index + 0.5) * scale;
  const first = Math.max(Math.floor(centre - reach + 0.5), 0);
  const end = Math.min(Math.floor(centre + reach + 0.5), from);
  const heights = Float64Array.from({ length: end - first }, (_, k) =>
    Math.max(1 - Math.abs(first + k + 0.5 - centre) / reach, 0),
  );
  const total = heights.reduce((sum, height) => sum + height, 0);
  // In whole 2⁻²², as PIL has them, so that sums are exact and every half is rounded up.
  return { first, weights: heights.map((height) => Math.round((height / total) * 2 ** 22) / 2 ** 22) };
}
