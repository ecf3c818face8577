/** The cells of a sweep: every combination of the values that the grid lists. */

import type { Fields } from "../../ebm/settings.ts";
import { readAssignment } from "../config/assignment.ts";
import { Failure } from "../failure.ts";

/** One setting and the values it takes in turn, as they were typed; or several that change together, joined by colons. */
export interface Axis {
  path: string;
  values: readonly string[];
}

/** One run of a sweep: the assignments that make it, and the name of its folder. */
export interface Cell {
  name: string;
  set: readonly string[];
}

/**
 * Reads `--grid sampler.steps=5,20,60` or `--grid sampler.steps:optimizer.lr=5:1e-3,60:1e-4`, checking every value against its
 * field.
 * @throws Failure naming the option, its value and the legal ones
 */
export function readAxis(fields: Fields, text: string): Axis {
  const equals = text.indexOf("=");
  const [path, list] = [text.slice(0, equals), text.slice(equals + 1)];
  const values = list.split(",").map((value) => value.trim());
  if (equals < 1 || values.includes(""))
    throw new Failure("usage", `--grid ${text}: expected name=value,value …, such as --grid seed=1,2,3`);
  for (const value of values) {
    const [names, parts] = [path.split(":"), value.split(":")];
    if (names.length !== parts.length)
      throw new Failure(
        "usage",
        `--grid ${text}: expected a value for each of ${names.join(", ")}, joined by ":", got "${value}"`,
      );
    for (const one of assignments(path, value)) readAssignment(fields, one, `--grid ${one}`);
  }
  const twice = values.find((value, at) => values.indexOf(value) !== at);
  if (twice !== undefined) throw new Failure("usage", `--grid ${text}: lists ${twice} twice`);
  return { path, values };
}

/** All combinations, the last axis varying fastest. */
export function cellsOf(axes: readonly Axis[]): Cell[] {
  const paths = axes.flatMap(({ path }) => path.split(":"));
  const twice = paths.find((path, at) => paths.indexOf(path) !== at);
  if (twice !== undefined) throw new Failure("usage", `--grid ${twice}: given twice; list all its values in one`);
  const combinations = axes.reduce<string[][]>(
    (before, { path, values }) => before.flatMap((set) => values.map((value) => [...set, ...assignments(path, value)])),
    [[]],
  );
  return combinations.map((set) => ({ name: set.map(fileWord).join(",") || "run", set }));
}

/** `sampler.steps=5` and `optimizer.lr=1e-3` of `sampler.steps:optimizer.lr` and `5:1e-3`. */
function assignments(path: string, value: string): string[] {
  const values = value.split(":");
  return path.split(":").map((name, at) => `${name}=${values[at]}`);
}

/** An assignment as part of a file name: `steps=5` of `sampler.steps=5`. */
const fileWord = (assignment: string): string =>
  assignment.slice(assignment.slice(0, assignment.indexOf("=")).lastIndexOf(".") + 1).replace(/[^\w.=+-]/g, "_");
