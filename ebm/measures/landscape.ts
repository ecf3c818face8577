/** The energy landscape over the plane: truth, model and short-run samples side by side, and how far they are apart. */

import type { Toy } from "../data/toys/toy.ts";
import type { Landscape } from "../training.ts";
import { kernelDensity } from "./kernelDensity.ts";
import { klDivergence, normaliseOnGrid, plottedLog } from "./kl.ts";

export interface LandscapeOptions {
  /** The true log-density, of the distribution that the data come from. */
  truth: OnGrid;
  /** Width of the kernels that smooth samples, in standard deviations of the samples. */
  bandwidth: number;
  /** Energies of the model at temperature 1 at the points of the grid, `[resolution²]`. */
  energies: ArrayLike<number>;
  /** Short-run samples, `[n, 2]` flat. */
  samples: ArrayLike<number>;
}

/** A log-density at the points of the square from −extent to +extent, as `gridOf` has them. */
export interface OnGrid {
  extent: number;
  /** Points along each side. */
  resolution: number;
  /** `[resolution², 2]` flat */
  points: Float32Array;
  /** The area of one cell. */
  cell: number;
  /** `[resolution²]` */
  logDensity: Float64Array;
}

/** The log-density of a toy distribution on the grid over its square. */
export function onGrid({ extent, logDensity }: Toy, resolution: number): OnGrid {
  const points = gridOf(extent, resolution);
  return {
    ...{ extent, resolution, points },
    cell: ((2 * extent) / (resolution - 1)) ** 2,
    logDensity: Float64Array.from({ length: resolution ** 2 }, (_, i) => logDensity(points[2 * i], points[2 * i + 1])),
  };
}

/** The points of the square from −extent to +extent: rows upward in y, within a row along x, `[resolution², 2]` flat. */
export function gridOf(extent: number, resolution: number): Float32Array {
  const at = (index: number) => -extent + (2 * extent * index) / (resolution - 1);
  const points = new Float32Array(2 * resolution * resolution);
  for (let i = 0; i < resolution * resolution; i++)
    points.set([at(i % resolution), at(Math.floor(i / resolution))], 2 * i);
  return points;
}

/** Three landscapes, and the Kullback-Leibler divergences in nats from the truth to the other two, all on the grid. */
export function landscape({ truth: grid, bandwidth, energies, samples }: LandscapeOptions): {
  landscapes: Landscape[];
  measures: Record<string, number>;
} {
  const { extent, resolution, points, cell, logDensity: truth } = grid;
  const model = Float64Array.from(energies, (energy) => -energy);
  const shortRun = densityOf(samples, bandwidth, points);
  const drawn = { truth, model, shortrun: shortRun };
  return {
    landscapes: Object.entries(drawn).map(([name, logDensity]) => {
      const density = normaliseOnGrid(logDensity, cell).map(Math.exp);
      return { name, extent, resolution, density, logDensity: plottedLog(density) };
    }),
    measures: { kl_true_model: klDivergence(truth, model), kl_true_shortrun: klDivergence(truth, shortRun) },
  };
}

/** The smoothed samples; nowhere any density if the chains have run away or collapsed. */
function densityOf(samples: ArrayLike<number>, bandwidth: number, points: Float32Array): Float64Array {
  const finite = Array.prototype.every.call(samples, Number.isFinite);
  try {
    if (finite) return kernelDensity(samples, bandwidth)(points);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return new Float64Array(points.length / 2).fill(-Infinity);
}
