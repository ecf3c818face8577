/** A layer or a net: parameters are a plain tree, applying it is a pure function. */

import { split, type Key, type Tensor, type Tree } from "../engine/index.ts";

export interface Module<P extends Tree = Tree> {
  /** Fresh parameters, drawn with a key. */
  init(key: Key): P;
  /** The output for an input, under some parameters. */
  apply(parameters: P, x: Tensor): Tensor;
}

/** A module without parameters. */
export const stateless = (apply: (x: Tensor) => Tensor): Module => ({
  init: () => ({}),
  apply: (_parameters, x) => apply(x),
});

/** As many keys as a module has parts to initialise. */
export function keysOf(key: Key, count: number): Key[] {
  const keys = split(key, count);
  return Array.from({ length: count }, (_, index) => keys.slice([[index, index + 1]]).reshape([]));
}

/** Modules one after the other. Parameters are named by position, as in PyTorch: `0.weight`, `2.bias`. */
export function sequential(...modules: readonly Module[]): Module<Record<string, Tree>> {
  return {
    init(key) {
      const keys = keysOf(key, modules.length);
      const entries = modules.map((module, index) => [String(index), module.init(keys[index])] as const);
      return Object.fromEntries(entries.filter(([, parameters]) => Object.keys(parameters).length > 0));
    },
    apply: (parameters, x) =>
      modules.reduce((value, module, index) => module.apply(parameters[String(index)] ?? {}, value), x),
  };
}
