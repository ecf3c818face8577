/** The nets of publications. */

export * from "./diagonalGaussian.ts";
export type { ImageNetOptions } from "./image.ts";
export * from "./maf.ts";
export * from "./mixture.ts";
export * from "./mogMaf.ts";
export * from "./nice.ts";
export * from "./nonlocal.ts";
export * from "./realNvp.ts";
export * from "./strided.ts";
export type { FlowNetOptions } from "./table.ts";
export * from "./toy.ts";
export * from "./vanilla.ts";
