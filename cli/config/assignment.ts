/** Reads `--set sampler.steps=60`. */

import type { Fields, Settings } from "../../ebm/settings.ts";
import { Failure } from "../failure.ts";
import { leaves, settingAt } from "./fields.ts";
import { checkSettings, readValue, unknownOption } from "./schema.ts";

/**
 * The settings that `path=value` makes, read as the type of the field at that path.
 * @throws Failure naming the option, its value and the legal ones
 */
export function readAssignment(fields: Fields, text: string, source = `--set ${text}`): Settings {
  const equals = text.indexOf("=");
  if (equals < 1) throw new Failure("usage", `${source}: expected name=value, such as --set seed=1`);
  const path = text.slice(0, equals);
  const known = leaves(fields);
  const field = known.get(path);
  if (field === undefined) {
    const members = [...known.keys()].filter((name) => name.startsWith(`${path}.`));
    const problem = members.length > 0 ? `"${path}" is a group of ${members.join(", ")}` : unknownOption(fields, path);
    throw new Failure("usage", `${source}: ${problem}`);
  }
  const value = readValue(field, text.slice(equals + 1));
  return checkSettings(fields, settingAt(path, value), source, { partial: true });
}
