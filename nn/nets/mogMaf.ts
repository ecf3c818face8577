/** Autoregressive flows on an autoregressive mixture, for tables, as GEBM has it. */

import type { Tree } from "../../engine/index.ts";
import { density, type Density } from "../flows/density.ts";
import { mixtureMade } from "../flows/mixtureMade.ts";
import { gathered } from "../module.ts";
import { Pass } from "../pass.ts";
import { maf } from "./maf.ts";
import type { FlowNetOptions } from "./table.ts";

/**
 * A MAF whose noise has an autoregressive density of mixtures instead of a normal one (Papamakarios et al. 2017, MAF MoG).
 * 112 350 parameters for 11 dimensions.
 */
export function mogMaf(
  dimensions: number,
  { hidden = 100, blocks = 5, norm = true, components = 10 }: FlowNetOptions & { components?: number } = {},
): Density<Record<string, Tree>> {
  const flow = maf(dimensions, { hidden, blocks, norm });
  const noise = mixtureMade(dimensions, { components, hidden: [hidden, hidden], reversed: blocks % 2 === 1 });
  return density({
    ...gathered({ maf: flow, mademog: noise }),
    logDensity(parameters, x, pass = Pass.evaluation()) {
      const { z, logDeterminant } = flow.forward(parameters.maf as Record<string, Tree>, x, pass.at("maf"));
      return noise.logDensity(parameters.mademog as Record<string, Tree>, z, pass.at("mademog")).add(logDeterminant);
    },
    sample(parameters, key, count, pass = Pass.evaluation()) {
      const z = noise.sample(parameters.mademog as Record<string, Tree>, key, count, pass.at("mademog"));
      return flow.inverse(parameters.maf as Record<string, Tree>, z, pass.at("maf"));
    },
  });
}
