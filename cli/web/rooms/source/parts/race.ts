/** The samplers of the arena, each a part with a plan of its own. */

import type { Race } from "../../arena/protocol.ts";
import { racers } from "../../arena/racers.ts";
import type { Part } from "./part.ts";
import { steps } from "./steps.ts";

/** The samplers of a race, in their order. */
export const raceParts = (race: Race): readonly Part[] =>
  racers
    .filter(({ name }) => race.racers.includes(name))
    .map(({ name, title, about }) => ({ name, title, ...steps[name], about: `${title}: ${about}.` }));
