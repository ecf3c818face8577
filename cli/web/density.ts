/** A log-density on the grid as the picture shows it: which values, on which scale, with lines where. */

import { significant } from "../progress/line.ts";

export const scales = ["density", "energy"] as const;
export type Scale = (typeof scales)[number];

export interface Shades {
  values: Float64Array;
  range: [low: number, high: number];
  /** where contour lines run */
  levels: number[];
  /** what the dark and the bright end stand for */
  ends: [dark: string, bright: string];
}

/** Nats above the least energy that the colours reach at least. */
const DEPTH = 15;

/**
 * The density from 0 to its peak; or the energy E / T, which is minus the log-density, bright where it is least. Dark is 15 nats
 * higher, or as much as half the square lies higher, without places where nothing falls: at a low temperature that can be hundreds.
 */
export function shadesOf(logDensity: ArrayLike<number>, scale: Scale): Shades {
  const known = Float64Array.from(logDensity).filter(Number.isFinite).sort();
  const peak = known.at(-1) ?? 0;
  if (scale === "density") {
    const values = Float64Array.from(logDensity, (log) => Math.exp(log - peak));
    const bright = significant(Math.exp(peak));
    return { values, range: [0, 1], levels: [0.1, 0.3, 0.5, 0.7, 0.9], ends: ["0", bright] };
  }
  const depth = Math.max(DEPTH, peak - (known[Math.floor(known.length / 2)] ?? 0));
  const values = Float64Array.from(logDensity, (log) => Math.max(log - peak, -depth));
  // Closer to one another towards the bottom, as the steps of a valley.
  const levels = [7, 6, 5, 4, 3, 2, 1].map((step) => -depth * (step / 8) ** 1.5);
  return { values, range: [-depth, 0], levels, ends: [`+${Math.round(depth)}`, "least"] };
}
