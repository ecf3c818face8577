/** All cases. */

import { peakCases } from "./adapter/peak.bench.ts";
import { imageCases } from "./ebm/images.bench.ts";
import { jemCases } from "./ebm/jem.bench.ts";
import { langevinCases } from "./ebm/langevin.bench.ts";
import { penaltyCases } from "./ebm/penalty.bench.ts";
import { samplerCases } from "./ebm/samplers.bench.ts";
import { updateCases } from "./ebm/update.bench.ts";
import { dispatchCases } from "./host/dispatch.bench.ts";
import { adamCases } from "./nn/adam.bench.ts";
import { conv2dCases } from "./ops/conv2d.bench.ts";
import { elementwiseCases } from "./ops/elementwise.bench.ts";
import { matmulCases } from "./ops/matmul.bench.ts";
import { reduceCases } from "./ops/reduce.bench.ts";
import { rowsCases } from "./ops/rows.bench.ts";
import { scanCases } from "./ops/scan.bench.ts";
import type { Case } from "./case.ts";

export const cases: readonly Case[] = [
  ...dispatchCases,
  ...peakCases,
  ...elementwiseCases,
  ...reduceCases,
  ...rowsCases,
  ...scanCases,
  ...matmulCases,
  ...conv2dCases,
  ...langevinCases,
  ...samplerCases,
  ...updateCases,
  ...penaltyCases,
  ...jemCases,
  ...adamCases,
  ...imageCases,
];
