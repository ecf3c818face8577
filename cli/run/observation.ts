/** Puts an observation into the run folder: sample grids as PNG, landscapes as numbers and as PNG. */

import { writeAtomically } from "#host";
import type { Landscape, Observation } from "../../ebm/training.ts";
import type { RunFolder } from "./folder.ts";
import { gridPng, isPicture, landscapesPng } from "./pictures.ts";

/** A landscape as its file has it; infinite and undefined values are null. */
export interface StoredLandscape {
  name: string;
  extent: number;
  resolution: number;
  density: (number | null)[];
  logDensity: (number | null)[];
}

/** A landscape file. */
export interface StoredLandscapes {
  step: number;
  landscapes: StoredLandscape[];
}

/** `step-000040` */
export const stepStem = (step: number): string => `step-${String(step).padStart(6, "0")}`;

/** Writes the pictures of one step, over those of the same step if a run was cut back to before it. */
export async function saveObservation(folder: RunFolder, { step, grids, landscapes }: Observation): Promise<void> {
  for (const grid of grids.filter(isPicture))
    await writeAtomically(`${folder.samples}/${stepStem(step)}-${grid.name}.png`, gridPng(grid));
  if (landscapes.length === 0) return;
  const stored: StoredLandscapes = { step, landscapes: landscapes.map(store) };
  await writeAtomically(`${folder.landscape}/${stepStem(step)}.json`, `${JSON.stringify(stored)}\n`);
  await writeAtomically(`${folder.landscape}/${stepStem(step)}.png`, landscapesPng(landscapes));
}

const store = ({ name, extent, resolution, density, logDensity }: Landscape): StoredLandscape => ({
  ...{ name, extent, resolution },
  density: Array.from(density, rounded),
  logDensity: Array.from(logDensity, rounded),
});

/** Five digits are more than a picture shows. */
const rounded = (value: number): number => Number(value.toPrecision(5));
