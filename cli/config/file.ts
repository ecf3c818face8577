/** Reads a configuration file: a recipe's name and the settings that differ from it, as JSON with comments. */
//
//   {
//     "recipe": "anatomy/gmm-convergent",
//     "settings": { "sampler": { "steps": 60 } }     // what is not named stays as the recipe has it
//   }
//
// The config.json of a run folder is such a file with every setting in it.

import { absolute } from "#host";
import { parse, printParseErrorCode, type ParseError } from "jsonc-parser";
import { z } from "zod";
import { Failure, reasonOf } from "../failure.ts";
import { readText } from "../host/text.ts";

const schema = z.strictObject({
  recipe: z.string(),
  settings: z.record(z.string(), z.unknown()).default({}),
  system: z.string().optional(),
  command: z.string().optional(),
});

/** A configuration as its file has it; the settings are not checked yet. */
export type ConfigFile = z.infer<typeof schema>;

/** The configuration in a file, which messages call `path`; throws a Failure with the line of a syntax error, or naming the member that is wrong. */
export async function readConfigFile(path: string, cwd: string): Promise<ConfigFile> {
  const text = await readText(absolute(cwd, path)).catch((error: unknown) => {
    throw new Failure("usage", `${path}: cannot be read, ${reasonOf(error)}`, { cause: error });
  });
  if (text === null) throw new Failure("usage", `${path}: cannot be read, no such file or directory`);
  const errors: ParseError[] = [];
  const raw: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0) {
    const line = text.slice(0, errors[0].offset).split("\n").length;
    throw new Failure("usage", `${path}:${line}: not JSON, ${printParseErrorCode(errors[0].error)}`);
  }
  const result = schema.safeParse(raw);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue.path.length > 0 ? `"${issue.path.join(".")}": ` : "";
  throw new Failure("usage", `${path}: ${where}${issue.message}; expected { "recipe": …, "settings": { … } }`);
}
