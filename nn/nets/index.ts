/** The nets of publications. */

export * from "./basicResnet.ts";
export * from "./dcgan.ts";
export * from "./diagonalGaussian.ts";
export * from "./digitClassifier.ts";
export type { ImageNetOptions } from "./image.ts";
export * from "./largeMlp.ts";
export * from "./linearGenerator.ts";
export * from "./maf.ts";
export * from "./mixture.ts";
export * from "./mogMaf.ts";
export * from "./nice.ts";
export * from "./nonlocal.ts";
export type { Output } from "./output.ts";
export * from "./realNvp.ts";
export * from "./resnetGan.ts";
export * from "./smallMlp.ts";
export * from "./strided.ts";
export type { FlowNetOptions } from "./table.ts";
export * from "./toy.ts";
export * from "./vanilla.ts";
export * from "./wideResnet.ts";
