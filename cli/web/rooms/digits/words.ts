/** What the digits room says of a digit. */

import { significant } from "../../../progress/line.ts";
import type { Seen } from "./protocol.ts";

/** Digits above so many of those held out are unusual. */
const UNUSUAL = 0.95;

export const percent = (share: number): string => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;

/** The likeliest class. */
export const likeliest = ({ probabilities }: Seen): number => probabilities.indexOf(Math.max(...probabilities));

/** Which digit it is, and how usual it looks. */
export function verdict(seen: Seen): string {
  const class_ = likeliest(seen);
  const share = seen.probabilities[class_];
  const digit = `${class_ === 8 ? "an" : "a"} ${class_}`;
  const what = share > 0.9 ? `This is ${digit}` : share > 0.5 ? `Rather ${digit}` : `Perhaps ${digit}, hardly sure`;
  return `${what} (${percent(share)}). ${usual(seen)}`;
}

function usual({ quantile }: Seen): string {
  if (quantile === 1) return "No held-out digit has so high an energy: it looks like none.";
  if (quantile > UNUSUAL) return `Unusual: ${percent(1 - quantile)} of held-out digits have a higher energy.`;
  if (quantile === 0) return "No held-out digit has so low an energy.";
  return `It looks usual: ${percent(quantile)} of held-out digits have a lower energy.`;
}

/** `E(x) = −12.3` */
export const energyLine = ({ energy }: Seen): string => `E(x) = ${significant(energy)}, of this digit`;
