/** Autoregressive flows for tables, one or many, as GEBM has them. */

import type { Tree } from "../../engine/index.ts";
import { autoregressive } from "../flows/autoregressive.ts";
import { batchNormFlow } from "../flows/batchNormFlow.ts";
import { stacked, type Flow } from "../flows/flow.ts";
import type { FlowNetOptions } from "./table.ts";

/** One autoregressive flow; its inverse scales by e⁵ at most (Germain et al. 2015). 13 522 parameters for 11 dimensions. */
export const made = (dimensions: number, { hidden = 100 }: { hidden?: number } = {}): Flow<Record<string, Tree>> =>
  autoregressive(dimensions, { hidden: [hidden, hidden], leak: 0.01, most: 5 });

/**
 * Autoregressive flows in alternating order, each followed by batch normalisation (Papamakarios et al. 2017). 67 720
 * parameters for 11 dimensions.
 */
export const maf = (
  dimensions: number,
  { hidden = 100, blocks = 5, norm = true }: FlowNetOptions = {},
): Flow<Record<string, Tree>> =>
  stacked(
    Array.from({ length: blocks }, (_, block) => [
      autoregressive(dimensions, { hidden: [hidden, hidden], leak: 0, reversed: block % 2 === 1 }),
      ...(norm ? [batchNormFlow(dimensions, { momentum: 0.1, unbiased: true })] : []),
    ]).flat(),
  );
