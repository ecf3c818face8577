/** What the source view and its worker say to each other. */

import type { Cost, Listing, PlannedMemory } from "../../../../engine/index.ts";
import type { Settings } from "../../../../ebm/index.ts";
import type { Common } from "../../protocol.ts";
import type { Race } from "../arena/protocol.ts";

/** From the page to the worker: what would run for these settings, or for a sampler in a race? */
export type Wish =
  | { kind: "training"; system: string; settings: Settings; generation: number }
  | { kind: "race"; race: Race; racer: string; generation: number };

/** The plan of an update, or of a lap, traced on the open device; nothing of it has run. */
export interface Planned {
  kind: "planned";
  generation: number;
  cost: Cost;
  memory: PlannedMemory;
  listing: Listing;
}

/** From the worker to the page. */
export type News = Common | Planned;
