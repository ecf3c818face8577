/** Grids of workgroups. */

/** Kernels start workgroups of 64 invocations, but for those by subgroups. */
export const WORKGROUP = 64;

/** The most workgroups WebGPU allows along one axis. */
const LARGEST = 65535;

/** A grid with at least one invocation per thread, folded onto a second axis where one is not enough; z repeats it. */
export const gridOf = (threads: number, z = 1): [number, number, number] =>
  foldedGrid(Math.ceil(threads / WORKGROUP), z);

/** A grid with at least so many workgroups, folded onto a second axis where one is not enough; z repeats it. */
export function foldedGrid(groups: number, z = 1): [number, number, number] {
  const x = Math.min(groups, LARGEST);
  return [x, x === 0 ? 0 : Math.ceil(groups / x), z];
}

/** How many tiles of 8 × 8 results cover a matrix: what one thread of the matrix kernels computes. */
export const tilesOf = (rows: number, columns: number): number => Math.ceil(rows / 8) * Math.ceil(columns / 8);
