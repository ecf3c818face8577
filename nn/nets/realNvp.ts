/** Real NVP for tables, as GEBM has it. */

import type { Tree } from "../../engine/index.ts";
import { batchNormFlow } from "../flows/batchNormFlow.ts";
import { affineCoupling } from "../flows/coupling.ts";
import { stacked, type Flow } from "../flows/flow.ts";
import type { FlowNetOptions } from "./table.ts";

/**
 * Couplings between the coordinates with even and with odd indices, in turn, odd ones staying first (Dinh et al. 2017). The
 * statistics of batch normalisation are those of the last batch. 124 220 parameters for 11 dimensions.
 */
export const realNvp = (
  dimensions: number,
  { hidden = 100, blocks = 5, norm = true }: FlowNetOptions = {},
): Flow<Record<string, Tree>> =>
  stacked(
    Array.from({ length: blocks }, (_, block) => [
      affineCoupling(dimensions, { hidden, stay: block % 2 === 0 ? "odd" : "even" }),
      ...(norm ? [batchNormFlow(dimensions, { momentum: 1 })] : []),
    ]).flat(),
  );
