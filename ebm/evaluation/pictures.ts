/** Samples and stages of samples as grids of pictures. */

import { toArray, type Tensor } from "../../engine/index.ts";
import type { Grid } from "../training.ts";

/** Items `[n, c, h, w]` as a grid, `columns` to a row; points as 2 channels of one pixel. */
export async function gridOf(name: string, x: Tensor, columns?: number): Promise<Grid> {
  const [count, channels, height = 1, width = 1] = x.shape;
  const images = (await toArray(x)).data as Float32Array;
  return { name, images, count, channels, height, width, ...(columns !== undefined && { columns }) };
}

/** Several grids of as many items side by side: a row for each item, a column for each grid. */
export function stagesOf(name: string, grids: readonly Grid[]): Grid {
  const [{ count, channels, height, width }] = grids;
  const size = channels * height * width;
  const images = new Float32Array(count * grids.length * size);
  for (let row = 0; row < count; row++)
    grids.forEach((grid, column) =>
      images.set(grid.images.subarray(row * size, (row + 1) * size), (row * grids.length + column) * size),
    );
  return { name, images, count: count * grids.length, channels, height, width, columns: grids.length };
}

/** Several grids of as many items, one below the other: a row for each grid, a column for each item. */
export function rowsOf(name: string, grids: readonly Grid[]): Grid {
  const [{ count, channels, height, width }] = grids;
  const size = count * channels * height * width;
  const images = new Float32Array(grids.length * size);
  grids.forEach((grid, row) => images.set(grid.images.subarray(0, size), row * size));
  return { name, images, count: count * grids.length, channels, height, width, columns: count };
}

/** Some items of a grid, in an order of their own. */
export function chosenOf(grid: Grid, name: string, places: readonly number[], columns?: number): Grid {
  const size = grid.channels * grid.height * grid.width;
  const images = new Float32Array(places.length * size);
  places.forEach((place, at) => images.set(grid.images.subarray(place * size, (place + 1) * size), at * size));
  const { channels, height, width } = grid;
  return { name, images, count: places.length, channels, height, width, ...(columns !== undefined && { columns }) };
}
