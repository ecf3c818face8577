/** Which forms of kernels were measured to be the fastest on the adapters of this machine: one file in the cache, made by `ebm tune`. */

import { readFile, mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { packageVersion } from "#host";
import { z } from "zod";
import type { Choices } from "../engine/index.ts";
import { cacheFolder } from "./datasets/places.ts";
import { codeOf, reasonOf } from "./failure.ts";
import { writeAtomically } from "./run/atomic.ts";
import type { AdapterFacts } from "./run/environment.ts";
import { warn, type World } from "./world.ts";

/** By adapter: the version whose kernels were measured, and the form of each kind of them. */
const schema = z.record(z.string(), z.object({ version: z.string(), choices: z.record(z.string(), z.string()) }));
type Tuned = z.infer<typeof schema>;

/** Where they are kept. */
export const tunedFile = (env: World["env"]): string => join(cacheFolder(env), "forms.json");

const keyOf = ({ name, driver }: Pick<AdapterFacts, "name" | "driver">): string =>
  [...new Set([name, driver])].filter(Boolean).join(", ");

/**
 * The choices for an adapter; none where it was not tuned, or by a version with other kernels, or `EBM_TUNED` is `off`. They change no
 * number, so a file that cannot be read is told, and the standard forms are taken.
 */
export async function tunedFor(
  world: Pick<World, "env" | "stderr">,
  adapter: Pick<AdapterFacts, "name" | "driver">,
): Promise<Choices> {
  const { EBM_TUNED: wanted = "" } = world.env;
  if (wanted !== "" && wanted !== "on" && wanted !== "off")
    throw new RangeError(`EBM_TUNED: whether measured forms of kernels are taken, got "${wanted}" (on or off)`);
  if (wanted === "off") return new Map();
  const tuned = await readTuned(world);
  const known = tuned[keyOf(adapter)];
  return known?.version === packageVersion() ? new Map(Object.entries(known.choices)) : new Map();
}

async function readTuned(world: Pick<World, "env" | "stderr">): Promise<Tuned> {
  const path = tunedFile(world.env);
  try {
    return schema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return {};
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : reasonOf(error);
    warn(
      world,
      `${path}: not taken, ${reason}; kernels take their standard forms (ebm tune --forget makes the file anew)`,
    );
    return {};
  }
}

/** Keeps the choices for an adapter, for every later command; null forgets them. Throws a Failure where the file cannot be written. */
export async function keepTuned(
  world: Pick<World, "env" | "stderr">,
  adapter: Pick<AdapterFacts, "name" | "driver">,
  choices: Choices | null,
): Promise<void> {
  const path = tunedFile(world.env);
  const tuned = await readTuned(world);
  if (choices === null) delete tuned[keyOf(adapter)];
  else tuned[keyOf(adapter)] = { version: packageVersion(), choices: Object.fromEntries(choices) };
  await mkdir(dirname(path), { recursive: true });
  await writeAtomically(path, `${JSON.stringify(tuned, null, 2)}\n`);
}
