/** The square of the plane that is shown, and the true log-density on its grid. */

import { gridOf, onGrid } from "../../../../ebm/measures/landscape.ts";
import { normaliseOnGrid } from "../../../../ebm/measures/kl.ts";
import { standardised } from "../../../../ebm/data/given.ts";
import { toyOf, type Settings } from "../../../../ebm/index.ts";
import { kernelDensity } from "../../../../ebm/measures/kernelDensity.ts";
import type { ModelSettings } from "../../../../ebm/systems/model.ts";
import { spiral } from "./own.ts";

/** The square reaches so much further than the points. */
const MARGIN = 1.25;
/** Width of the kernels that smooth points of one's own, in standard deviations. */
const SMOOTHING = 0.12;

export interface Plane {
  /** the square reaches from −extent to +extent */
  extent: number;
  /** points along each side */
  resolution: number;
  /** `[resolution², 2]` flat: rows upward in y, within a row along x */
  points: Float32Array;
  /** the area of one cell of the grid */
  cell: number;
  /** of the distribution that the data come from, normalised on the grid */
  truth: Float64Array;
  /** points of one's own, whose truth nobody knows, standardised; null of a toy */
  own: Float32Array | null;
}

/** The plane for settings; of points of one's own, `points`, the "truth" is no more than their smoothed density. */
export function planeOf(settings: Settings, points: Float32Array | null): Plane {
  const { data, landscape } = settings as unknown as ModelSettings;
  const { resolution } = landscape;
  const toy = toyOf(data);
  if (toy !== null) {
    const { logDensity, ...grid } = onGrid(toy, resolution);
    return { ...grid, truth: normaliseOnGrid(logDensity, grid.cell), own: null };
  }
  const own = standardised(points ?? spiral);
  const extent = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0) * MARGIN;
  const grid = gridOf(extent, resolution);
  const cell = ((2 * extent) / (resolution - 1)) ** 2;
  const truth = normaliseOnGrid(kernelDensity(some(own), SMOOTHING)(grid), cell);
  return { extent, resolution, points: grid, cell, truth, own };
}

/** The kernels of a thousand points show as much as those of all. */
function some(points: Float32Array): number[] {
  const every = Math.ceil(points.length / 2000);
  return [...points].filter((_, at) => (at >> 1) % every === 0);
}
