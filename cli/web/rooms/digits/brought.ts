/** What a person has dropped: a run's settings and newest checkpoint, or files of data. */

import type { NamedArrays } from "../../../../engine/hostArray.ts";
import type { Settings } from "../../../../ebm/index.ts";
import { jemFields, type JemSettings } from "../../../../ebm/systems/jem.fields.ts";
import { decode } from "../../../../nn/formats/safetensors.ts";
import { checkSettings } from "../../../config/schema.ts";
import { unbundle } from "../../../run/bundle.ts";
import { SIDE } from "./protocol.ts";

export interface BroughtRun {
  name: string;
  settings: Settings;
  arrays: NamedArrays;
}

/** The run in a bundle of `ebm export`; throws an error for one that is no JEM on digits, or has no checkpoint. */
export async function runIn(archive: Uint8Array, source: string): Promise<BroughtRun> {
  const { name, files } = await unbundle(archive, source);
  const config = JSON.parse(new TextDecoder().decode(files.get("config.json"))) as {
    system: string;
    settings: Settings;
  };
  if (config.system !== "jem")
    throw new RangeError(`${source}: this room takes runs of the system jem, got one of ${config.system}`);
  const settings = checkSettings(jemFields, config.settings, source, { partial: false });
  const { size } = (settings as unknown as JemSettings).data;
  if (size !== SIDE) throw new RangeError(`${source}: this room takes digits of ${SIDE} pixels a side, got ${size}`);
  const newest = [...files.keys()]
    .filter((path) => /^checkpoints\/.*\.safetensors$/.test(path))
    .sort()
    .at(-1);
  if (newest === undefined) throw new RangeError(`${source}: the run has no checkpoint`);
  return { name, settings, arrays: decode(files.get(newest)!).arrays };
}
