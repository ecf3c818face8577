/** From the words of the command line to the cases that are meant. */

import { Failure } from "../cli/failure.ts";
import type { Case } from "./case.ts";

export interface Choice {
  cases: readonly Case[];
  json: boolean;
}

/** The cases whose names contain one of the words, or all. Throws a Failure, in one line, at an unknown option, or a word that no name contains. */
export function choose(words: readonly string[], all: readonly Case[]): Choice {
  const unknown = words.find((word) => word.startsWith("-") && word !== "--json");
  if (unknown !== undefined) throw new Failure("usage", `no option "${unknown}"; usage: bench [--json] [FILTER …]`);
  const filters = words.filter((word) => word !== "--json");
  const lost = filters.find((filter) => !all.some(({ name }) => name.includes(filter)));
  if (lost !== undefined)
    throw new Failure("usage", `no case has "${lost}" in its name (${all.map(({ name }) => name).join(", ")})`);
  const cases = all.filter(({ name }) => filters.length === 0 || filters.some((filter) => name.includes(filter)));
  return { cases, json: words.includes("--json") };
}
