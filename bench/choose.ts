/** From the words of the command line to the cases that are meant. */

import { Failure } from "../cli/failure.ts";
import type { Case } from "./case.ts";

export interface Choice {
  cases: readonly Case[];
  json: boolean;
}

/** Throws a Failure, in one line, at an unknown option, a second filter, or a filter that no name contains. */
export function choose(words: readonly string[], all: readonly Case[]): Choice {
  const unknown = words.find((word) => word.startsWith("-") && word !== "--json");
  if (unknown !== undefined) throw new Failure("usage", `no option "${unknown}"; usage: bench [--json] [FILTER]`);
  const filters = words.filter((word) => word !== "--json");
  if (filters.length > 1)
    throw new Failure("usage", `one filter at most, got ${filters.map((word) => `"${word}"`).join(" and ")}`);
  const [filter = ""] = filters;
  const cases = all.filter(({ name }) => name.includes(filter));
  if (cases.length === 0)
    throw new Failure("usage", `no case has "${filter}" in its name (${all.map(({ name }) => name).join(", ")})`);
  return { cases, json: words.includes("--json") };
}
