/** Grids of workgroups. */

/** Every kernel of this project starts workgroups of 64 invocations. */
export const WORKGROUP = 64;

/** The most workgroups WebGPU allows along one axis. */
const LARGEST = 65535;

/** A grid with at least one invocation per thread, folded onto a second axis where one is not enough; z repeats it. */
export function gridOf(threads: number, z = 1): [number, number, number] {
  const groups = Math.ceil(threads / WORKGROUP);
  const x = Math.min(groups, LARGEST);
  return [x, x === 0 ? 0 : Math.ceil(groups / x), z];
}

/** How many tiles of 8 × 8 results cover a matrix: what one thread of the matrix kernels computes. */
export const tilesOf = (rows: number, columns: number): number => Math.ceil(rows / 8) * Math.ceil(columns / 8);
