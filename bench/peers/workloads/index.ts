/** All workloads. */

import type { Workload } from "../workload.ts";
import { conv2dWorkloads } from "./conv2d.ts";
import { langevinWorkloads } from "./langevin.ts";
import { matmulWorkloads } from "./matmul.ts";
import { penaltyWorkloads } from "./penalty.ts";
import { trainingWorkloads } from "./training.ts";

export const workloads: readonly Workload[] = [
  ...matmulWorkloads,
  ...conv2dWorkloads,
  ...langevinWorkloads,
  ...trainingWorkloads,
  ...penaltyWorkloads,
];
