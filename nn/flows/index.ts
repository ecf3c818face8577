/** Flows and densities. */

export * from "./autoregressive.ts";
export * from "./batchNormFlow.ts";
export * from "./categorical.ts";
export * from "./coupling.ts";
export * from "./density.ts";
export * from "./fixed.ts";
export * from "./flow.ts";
export * from "./maskedMlp.ts";
export * from "./mixtureMade.ts";
