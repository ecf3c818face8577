/** What the steps of a sampler report, by the names of columns. */

import type { Tensor } from "../../engine/index.ts";
import type { Report } from "../samplers/index.ts";

type Names = Readonly<Partial<Record<Report, string>>>;

/** In a record of chains, step by step. */
const recorded: Names = {
  slopeNorm: "slope_norm",
  energy: "energy_before",
  acceptance: "acceptance",
  accepted: "accepted",
  stepSize: "step_size",
  swapped: "swapped",
};

/** In the numbers of an update; r_s is the diagnosis of ebm-anatomy. */
const told: Names = { slopeNorm: "r_s", acceptance: "acceptance", stepSize: "step_size", swapped: "swapped" };

type Means = Readonly<Partial<Record<Report, Tensor>>>;

const named = (names: Names, means: Means): Record<string, Tensor> =>
  Object.fromEntries(
    Object.entries(means).flatMap(([report, mean]) => {
      const name = names[report as Report];
      return name === undefined ? [] : [[name, mean]];
    }),
  );

/** Everything that steps report, as a record calls it. */
export const recordOf = (means: Means): Record<string, Tensor> => named(recorded, means);

/** What an update tells of its chains: `r_s` of samplers with slopes, `acceptance` of those that choose, `swapped`, `step_size`. */
export const toldOf = (means: Means): Record<string, Tensor> => named(told, means);
