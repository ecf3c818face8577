/** The square of the plane that is shown, and the true log-density on its grid. */

import { gridOf } from "../../../../ebm/measures/landscape.ts";
import { normaliseOnGrid } from "../../../../ebm/measures/kl.ts";
import { toys, type Settings } from "../../../../ebm/index.ts";
import type { ShortRunSettings } from "../../../../ebm/systems/shortRun.ts";

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
}

/** The plane for the settings of a toy. */
export function planeOf(settings: Settings): Plane {
  const { data, landscape } = settings as unknown as ShortRunSettings;
  const { extent, logDensity } = toys[data.name](data);
  const { resolution } = landscape;
  const points = gridOf(extent, resolution);
  const cell = ((2 * extent) / (resolution - 1)) ** 2;
  const exact = Float64Array.from({ length: resolution ** 2 }, (_, i) => logDensity(points[2 * i], points[2 * i + 1]));
  return { extent, resolution, points, cell, truth: normaliseOnGrid(exact, cell) };
}
