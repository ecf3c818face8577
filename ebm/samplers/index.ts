/** The samplers. */

export * from "./langevin.ts";
export * from "./sampler.ts";
