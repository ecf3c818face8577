/** Settings by their dotted paths: which there are, what each may be, and what it is worth. */

import { isField, type Field, type Fields, type Settings } from "../../ebm/settings.ts";

type Value = Settings[string];

/** Every setting by its path, `sampler.steps`, in the order of the fields. */
export function leaves(fields: Fields, prefix = ""): Map<string, Field> {
  const entries = Object.entries(fields).flatMap(([key, entry]): [string, Field][] =>
    isField(entry) ? [[prefix + key, entry]] : [...leaves(entry, `${prefix}${key}.`)],
  );
  return new Map(entries);
}

/** `an integer of at least 1`: the legal values of a field in words. */
export function legalValues(field: Field): string {
  switch (field.kind) {
    case "boolean":
      return "true or false";
    case "choice":
      return `one of ${field.values.join(", ")}`;
    case "integer":
      return `an integer${bounds(field)}`;
    case "number":
      return `a number${bounds(field)}`;
    case "list":
      return `a list with commas, each ${legalValues(field.of)}`;
  }
}

function bounds(field: { min?: number; max?: number; exclusiveMin?: number }): string {
  const { min, max, exclusiveMin } = field;
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (exclusiveMin !== undefined)
    return max === undefined ? ` above ${exclusiveMin}` : ` above ${exclusiveMin} and at most ${max}`;
  if (min !== undefined) return ` of at least ${min}`;
  return max === undefined ? "" : ` of at most ${max}`;
}

/** The value at a dotted path, undefined where there is none. */
export function valueAt(settings: Settings, path: string): Value | undefined {
  let value: Value | undefined = settings;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** A value in words, `nothing` where there is none. */
export const wordOf = (value: Value | undefined): string =>
  value === undefined ? "nothing" : typeof value === "object" ? JSON.stringify(value) : String(value);

/** Settings that hold one value at a dotted path. */
export const settingAt = (path: string, value: Value): Settings =>
  path
    .split(".")
    .reverse()
    .reduce<Value>((inner, key) => ({ [key]: inner }), value) as Settings;

/** `weak` with the values of `strong` over its own, group by group. */
export function merge(weak: Settings, strong: Settings): Settings {
  const merged: Record<string, Value> = { ...weak };
  for (const [key, value] of Object.entries(strong)) {
    const under = merged[key];
    merged[key] = typeof value === "object" && typeof under === "object" ? merge(under, value) : value;
  }
  return merged;
}
