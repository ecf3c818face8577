/** Where chains start. */

export * from "./data.ts";
export * from "./generator.ts";
export * from "./matched.ts";
export * from "./noise.ts";
export * from "./persistent.ts";
export { forgetful, type Draw, type Start, type Started } from "./start.ts";
