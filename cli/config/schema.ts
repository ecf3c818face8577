/** The zod schema of a system's settings, and its complaints in one line. */

import { z } from "zod";
import { isField, listed, type Field, type Fields, type Settings } from "../../ebm/settings.ts";
import { Failure } from "../failure.ts";
import { leaves, legalValues } from "./fields.ts";
import { didYouMean } from "./suggest.ts";

/** A strict schema: unknown keys are errors. With `partial`, any setting may be absent. */
export function settingsSchema(fields: Fields, { partial }: { partial: boolean }): z.ZodType<Settings> {
  const shape = Object.fromEntries(
    Object.entries(fields).map(([key, entry]) => {
      const schema: z.ZodType = isField(entry) ? fieldSchema(entry) : settingsSchema(entry, { partial });
      return [key, partial ? schema.optional() : sinceBefore(entry, schema)];
    }),
  );
  return z.strictObject(shape) as unknown as z.ZodType<Settings>;
}

/** A setting, or a group, that older runs were recorded without: it is then what it was before there was a choice. */
function sinceBefore(entry: Field | Fields, schema: z.ZodType): z.ZodType {
  if (isField(entry))
    return entry.kind === "choice" && entry.before !== undefined ? schema.default(entry.before) : schema;
  const younger = Object.values(entry).every((member) => isField(member) && "before" in member);
  return younger ? schema.prefault({}) : schema;
}

function fieldSchema(field: Field): z.ZodType {
  switch (field.kind) {
    case "boolean":
      return z.boolean();
    case "choice":
      return z.enum(field.values);
    case "integer":
      return bounded(z.int(), field);
    case "number":
      return bounded(z.number(), field);
    case "list": {
      const member = fieldSchema(field.of);
      const isMember = (text: string): boolean => member.safeParse(readValue(field.of, text)).success;
      return z.string().refine((list) => listed(list).every(isMember));
    }
  }
}

/** The text as the field's type, or unchanged, for the schema to refuse, when it is no such thing. */
export function readValue(field: Field, text: string): number | string | boolean {
  if (field.kind === "choice" || field.kind === "list") return text;
  if (field.kind === "boolean") return text === "true" ? true : text === "false" ? false : text;
  const number = Number(text);
  return text.trim() === "" || Number.isNaN(number) ? text : number;
}

function bounded(schema: z.ZodNumber, field: { min?: number; max?: number; exclusiveMin?: number }): z.ZodNumber {
  let limited = schema;
  if (field.min !== undefined) limited = limited.min(field.min);
  if (field.max !== undefined) limited = limited.max(field.max);
  if (field.exclusiveMin !== undefined) limited = limited.gt(field.exclusiveMin);
  return limited;
}

/**
 * `raw` as settings of these fields.
 * @throws Failure that names `source`, the first setting that is wrong, its value and the legal ones
 */
export function checkSettings(fields: Fields, raw: unknown, source: string, options: { partial: boolean }): Settings {
  const result = settingsSchema(fields, options).safeParse(raw);
  if (result.success) return result.data;
  throw new Failure("usage", `${source}: ${complaint(fields, raw, result.error.issues[0])}`);
}

function complaint(fields: Fields, raw: unknown, issue: z.core.$ZodIssue): string {
  const path = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const wrong = [...issue.path, issue.keys[0]].join(".");
    return unknownOption(fields, wrong);
  }
  const value = issue.path.reduce<unknown>((inner, key) => (inner as Record<PropertyKey, unknown>)[key], raw);
  const field = leaves(fields).get(path);
  const legal = field === undefined ? "a group of settings" : legalValues(field);
  const got = value === undefined ? "nothing" : JSON.stringify(value);
  return path === "" ? `expected an object of settings, got ${got}` : `"${path}" is ${legal}, got ${got}`;
}

/** `no option "sampler.stesp"; did you mean "sampler.steps"?` */
export function unknownOption(fields: Fields, wrong: string): string {
  const names = [...leaves(fields).keys()];
  const group = wrong.slice(0, wrong.lastIndexOf(".") + 1);
  const siblings = names.filter((name) => name.startsWith(group));
  const listed = siblings.length > 0 ? siblings : names;
  return `no option "${wrong}"${didYouMean(wrong, names, `there are ${listed.join(", ")}`)}`;
}
