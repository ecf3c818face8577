/** Contour lines of values on a grid, as a path in the unit square with y downward. */

import { contours } from "d3-contour";

/** The lines at `levels` of `values [resolution²]`, rows upward; what is no number counts as lowest. */
export function lines(values: ArrayLike<number>, resolution: number, levels: readonly number[]): Path2D {
  const path = new Path2D();
  const known = Array.from(values, (value) => (Number.isNaN(value) ? -1e9 : value));
  const found = contours()
    .size([resolution, resolution])
    .thresholds([...levels])(known);
  for (const ring of found.flatMap(({ coordinates }) => coordinates.flat())) trace(path, ring, resolution);
  return path;
}

/** A closed line. The parts along the border, which d3 adds to close it, are left out. */
function trace(path: Path2D, ring: readonly number[][], size: number): void {
  const inside = ([x, y]: readonly number[]): boolean => x > 0 && y > 0 && x < size && y < size;
  ring.forEach(([x, y], i) => {
    const joined = i > 0 && inside(ring[i]) && inside(ring[i - 1]);
    path[joined ? "lineTo" : "moveTo"](x / size, 1 - y / size);
  });
}
