/** Where chains start. */

export * from "./data.ts";
export * from "./generator.ts";
export * from "./noise.ts";
export * from "./persistent.ts";
export type { Start, Started } from "./start.ts";
