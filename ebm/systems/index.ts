/** The systems by name. */

import type { System } from "../training.ts";
import { jem } from "./jem.ts";
import { shortRun } from "./shortRun.ts";

export const systems: Readonly<Record<string, System>> = { shortRun, jem };
