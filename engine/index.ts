/** The engine: tensors, their ops and gradients, compiled programs, and the device they run on. */

import { installMethods } from "./ops/methods.ts";

export { autotune, type Trial, type Tuning } from "./autotune.ts";
export { compile, type Compiled, type CompileOptions } from "./compile/compile.ts";
export type { StoredAs } from "./compile/halves.ts";
export { listingOf, type ListedDispatch, type Listing } from "./compile/listing.ts";
export type { Plan } from "./compile/plan.ts";
export { costOf, loopsOf, memoryOf, type Cost, type PlannedMemory } from "./compile/cost.ts";
export type { Profile, ProfileRow } from "./compile/profile.ts";
export { checkpoint, customVjp, type CustomGradient } from "./custom.ts";
export { currentDevice, openDevice, useDevice, type Device } from "./device/device.ts";
export * from "./errors.ts";
export { formsOn, pinned, type Choices } from "./form.ts";
export { grad, hvp, jacobian, jvp, valueAndGrad, vjp, zerosLike } from "./grad.ts";
export type { DType, HostArray, NamedArrays } from "./hostArray.ts";
export * from "./ops/index.ts";
export { loop } from "./ops/loop.ts";
export * from "./ops/random.ts";
export { evaluate, reference, type ReferenceTensor } from "./reference.ts";
export { dispose, scope } from "./scope.ts";
export { sizeOf, type Shape } from "./shape.ts";
export { named } from "./labels.ts";
export { Tensor, type Operand } from "./tensor.ts";
export { leavesOf, mapTree, tensorsOf, zipTrees, type Tree } from "./tree.ts";
export { fromArray, tensor, toArray } from "./values.ts";
export { firstNonFinite, showNonFinite, type NonFinite } from "./watch.ts";

installMethods();
