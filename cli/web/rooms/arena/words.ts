/** What the arena says of a sampler. */

import { significant } from "../../../progress/line.ts";
import type { Lap } from "./protocol.ts";

/** Chains that agree less with each other have not mixed, and their means say nothing. */
export const MIXED = 1.1;
/** Standard errors beyond which a mean is not the truth's. */
export const FAR = 4;

export type Standing = "waiting" | "lost" | "unmixed" | "biased" | "right";

/** How a sampler stands. */
export function standingOf(scores: Lap["scores"]): Standing {
  if (scores === null) return "waiting";
  const { rHat, worst } = scores;
  if (Number.isNaN(rHat)) return "lost";
  if (rHat > MIXED) return "unmixed";
  return Math.abs(worst.mean - worst.is) > FAR * worst.error ? "biased" : "right";
}

/** The same in a sentence. */
export function verdict(scores: Lap["scores"]): string {
  if (scores === null) return "Warming up.";
  const { rHat, worst } = scores;
  switch (standingOf(scores)) {
    case "lost":
      return Number.isFinite(worst.mean)
        ? "A chain stands still: nothing can be said."
        : "Chains have run away: the step size is too large.";
    case "unmixed":
      return `Not mixed yet: R-hat ${rHat.toFixed(2)}.`;
    case "biased":
      return `Biased: mean ${worst.name} is ${significant(worst.mean)}, the truth ${significant(worst.is)}.`;
    default:
      return "Agrees with the truth.";
  }
}

/** A column of the table: its head, what it means, and the words of a sampler. */
export interface Column {
  head: string;
  about: string;
  cell: (scores: NonNullable<Lap["scores"]>) => string;
}

const number = (value: number | null): string => (value === null || Number.isNaN(value) ? "–" : significant(value));

export const columns: readonly Column[] = [
  {
    head: "acceptance",
    about: "mean probability with which a proposal is taken",
    cell: ({ acceptance }) => (acceptance === null ? "–" : acceptance.toFixed(2)),
  },
  {
    head: "R-hat",
    about: "whether the chains agree with each other; 1 is best, below 1.01 good",
    cell: ({ rHat }) => (Number.isNaN(rHat) ? "–" : rHat.toFixed(3)),
  },
  { head: "ESS", about: "how many independent draws those of the window are worth", cell: ({ ess }) => number(ess) },
  {
    head: "ESS/s",
    about: "effective draws for each second of this sampler's own work, reading back included",
    cell: ({ essPerSecond }) => number(essPerSecond),
  },
  {
    head: "ESS/1000 ∇E",
    about: "effective draws for every thousand gradients of E",
    cell: ({ essPerGradients }) => number(essPerGradients),
  },
  {
    head: "KSD",
    about: "kernel Stein discrepancy of 250 draws: how far they are from exp(−E), of which it knows the slope only",
    cell: ({ ksd }) => number(ksd),
  },
  {
    head: "furthest moment",
    about: "the mean that is most standard errors from the truth, ± its error, and the truth",
    cell: ({ worst: { name, mean, is, error } }) => `${name} ${number(mean)} ± ${number(error)} (${significant(is)})`,
  },
];
