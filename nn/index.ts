/** Layers, nets, optimisers and files of parameters, on the engine. */

export { FormatError } from "./formatError.ts";
export * from "./init.ts";
export * from "./layers/activations.ts";
export * from "./layers/conv2d.ts";
export * from "./layers/linear.ts";
export * from "./layers/maxPool2d.ts";
export * from "./layers/nonlocal.ts";
export * from "./module.ts";
export type { ImageNetOptions } from "./nets/image.ts";
export * from "./nets/nonlocal.ts";
export * from "./nets/strided.ts";
export * from "./nets/toy.ts";
export * from "./nets/vanilla.ts";
export * from "./optimizers/adam.ts";
export type { Optimizer } from "./optimizers/optimizer.ts";
export * from "./optimizers/sgd.ts";
export * from "./parameters.ts";
export { Pass } from "./pass.ts";
export * from "./schedules.ts";
export * as safetensors from "./formats/safetensors.ts";
