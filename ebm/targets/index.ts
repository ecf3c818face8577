/** The targets, and those of the plane by name. */

import { banana } from "./banana.ts";
import { funnel } from "./funnel.ts";
import { modes } from "./modes.ts";
import { correlatedNormal, standardNormal } from "./normal.ts";
import type { Target } from "./target.ts";
import { twoWells } from "./wells.ts";

export { banana } from "./banana.ts";
export { funnel } from "./funnel.ts";
export { modes, type ModesOptions } from "./modes.ts";
export { correlatedNormal, standardNormal } from "./normal.ts";
export { energyOf, product, type Moment, type Target } from "./target.ts";
export { quartic, twoWells } from "./wells.ts";

/** Two-dimensional targets from easy to hard. */
export const planarTargets = {
  gaussian: standardNormal(2),
  correlated: correlatedNormal(0.9),
  banana: banana(),
  wells: twoWells(),
  mixture: modes({
    centres: [
      [-1.5, -1],
      [1.5, -1],
      [0, 1.8],
    ],
    weights: [1 / 2, 1 / 3, 1 / 6],
    deviation: 0.6,
  }),
  funnel: funnel(),
} satisfies Readonly<Record<string, Target>>;
