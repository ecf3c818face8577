/** Energies, samplers, objectives, systems, data, measures and recipes. */

export * from "./energy.ts";
export { classesIn, labelledImages, labelledPoints, type Labelled } from "./data/labelled.ts";
export * from "./data/toys/index.ts";
export { recipes } from "./recipes/index.ts";
export * from "./samplers/index.ts";
export type * from "./settings.ts";
export * from "./starts/index.ts";
export { systems } from "./systems/index.ts";
export * from "./targets/index.ts";
export { openTraining, type Program } from "./trainer.ts";
export type * from "./evaluation/evaluated.ts";
export type * from "./training.ts";
export * from "./objectives/contrastiveDivergence.ts";
export { acceptance } from "./measures/acceptance.ts";
export { autocorrelation } from "./measures/correlation.ts";
export { drawsOf, type Draws } from "./measures/draws.ts";
export * from "./measures/effectiveDraws.ts";
export { energyFraction } from "./measures/energyFraction.ts";
export { entropy } from "./measures/entropy.ts";
export { modeShares, shareWithin } from "./measures/modes.ts";
export * from "./measures/rhat.ts";
export { saturation } from "./measures/saturation.ts";
export * from "./measures/stein.ts";
