/** The evaluations by name. */

import { accuracy } from "./accuracy.ts";
import { calibration } from "./calibration.ts";
import { counterfactual } from "./counterfactual.ts";
import { denoise } from "./denoise.ts";
import { distal } from "./distal.ts";
import type { Evaluation } from "./evaluation.ts";
import { fid } from "./fid.ts";
import { frechet } from "./frechet.ts";
import { inpaint } from "./inpaint.ts";
import { ood } from "./ood.ts";
import { repair } from "./repair.ts";
import { robust } from "./robust.ts";
import { samples } from "./samples.ts";

export type { Evaluated } from "./evaluated.ts";
export type * from "./evaluation.ts";

/** In the order in which a report shows them. */
export const evaluations: Readonly<Record<string, Evaluation>> = {
  ...{ accuracy, calibration, ood, robust, distal },
  ...{ samples, frechet, fid, counterfactual },
  ...{ inpaint, denoise, repair },
};
