/** The samplers, the wrappers that change them, and the ways to run them. */

export * from "./adapted.ts";
export { rowNorm } from "./chains.ts";
export * from "./descent.ts";
export { flow } from "./flow.ts";
export * from "./hmc.ts";
export * from "./independent.ts";
export * from "./kinds.ts";
export * from "./kineticLangevin.ts";
export * from "./langevin.ts";
export * from "./mala.ts";
export * from "./parallelTempering.ts";
export * from "./randomWalk.ts";
export * from "./sampler.ts";
export * from "./scheduled.ts";
export * from "./trajectory.ts";
