/** All ops, by family. */

export * from "./elementwise.ts";
export * from "./activations.ts";
export * from "./pow.ts";
export * from "./movement.ts";
export * from "./arrange.ts";
export * from "./patterns.ts";
export * from "./reduce.ts";
export * from "./reductions.ts";
export * from "./scan.ts";
export * from "./softmax.ts";
export * from "./matmul.ts";
export * from "./conv2d.ts";
export * from "./windows.ts";
export * from "./pool.ts";
export * from "./resize.ts";
export * from "./arrangePixels.ts";
export * from "./einsum.ts";
export * from "./rows.ts";
export * from "./sort.ts";
export * from "./sources.ts";
export type { WindowOptions } from "./slidingWindow.ts";
export type { Methods } from "./methods.ts";
