/** The parts of a training by its system. */

import type { Settings } from "../../../../../ebm/index.ts";
import type { JemSettings } from "../../../../../ebm/systems/jem.ts";
import type { ShortRunSettings } from "../../../../../ebm/systems/shortRun.ts";
import { jemParts } from "./jem.ts";
import type { Part } from "./part.ts";
import { shortRunParts } from "./shortRun.ts";

export { raceParts } from "./race.ts";
export { signsOf, type Part, type Sign } from "./part.ts";

/** In the order of an update; the view shows the recipes of these systems. */
export const partsOf: Readonly<Record<string, (settings: Settings) => readonly Part[]>> = {
  shortRun: (settings) => shortRunParts(settings as unknown as ShortRunSettings),
  jem: (settings) => jemParts(settings as unknown as JemSettings),
};
