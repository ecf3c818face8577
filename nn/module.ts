/** A layer or a net: parameters are a plain tree, applying it is a pure function. */

import { named, split, Tensor, type Key, type Tree } from "../engine/index.ts";
import { Pass } from "./pass.ts";

/** What has something to learn: a module, a flow, a density. */
export interface Parametric<P extends Tree = Tree> {
  /** Fresh parameters, drawn with a key: what is learned. */
  init(key: Key): P;
  /** Fresh state: what is not learned but remembered, such as running statistics. Absent where there is nothing. */
  state?(key: Key): Tree;
}

export interface Module<P extends Tree = Tree> extends Parametric<P> {
  /** The output for an input, under some parameters. Without a pass: evaluation, of a net that remembers nothing. */
  apply(parameters: P, x: Tensor, pass?: Pass): Tensor;
}

/** The state that the first pass through a net begins with. */
export const stateOf = (net: Parametric, key: Key): Tree => net.state?.(key) ?? {};

/** A module without parameters. */
export const stateless = (apply: (x: Tensor, pass: Pass) => Tensor): Module => ({
  init: () => ({}),
  apply: (_parameters, x, pass = Pass.evaluation()) => apply(x, pass),
});

/** As many keys as a module has parts to initialise. */
export function keysOf(key: Key, count: number): Key[] {
  const keys = split(key, count);
  return Array.from({ length: count }, (_, index) => keys.slice([[index, index + 1]]).reshape([]));
}

/** The parameters and the state of parts, under their names; a part without any takes no name. */
export function gathered(parts: Readonly<Record<string, Parametric>>): Required<Parametric<Record<string, Tree>>> {
  const entries = Object.entries(parts);
  const each = (key: Key, of: (part: Parametric, key: Key) => Tree): Record<string, Tree> => {
    const keys = keysOf(key, entries.length);
    const made = entries.map(([name, part], index) => [name, of(part, keys[index])] as const);
    return Object.fromEntries(made.filter(([, tree]) => Object.keys(tree).length > 0));
  };
  return { init: (key) => each(key, (part, own) => part.init(own)), state: (key) => each(key, stateOf) };
}

/**
 * A module out of named parts, and how an input passes through them:
 * `composed({ conv1, conv2 }, ({ conv1, conv2 }, x) => conv2(conv1(x).relu()).add(x))`. Parameters and state carry the names
 * of the parts.
 */
export function composed<Name extends string>(
  parts: Readonly<Record<Name, Module>>,
  run: (part: Readonly<Record<Name, (x: Tensor) => Tensor>>, x: Tensor, pass: Pass) => Tensor,
): Module<Record<string, Tree>> {
  const entries = Object.entries<Module>(parts);
  return {
    ...gathered(parts),
    apply(parameters, x, pass = Pass.evaluation()) {
      const calls = entries.map(([name, module]) => {
        const call = (input: Tensor) => named(name, () => module.apply(parameters[name] ?? {}, input, pass.at(name)));
        return [name, call] as const;
      });
      return run(Object.fromEntries(calls) as Record<Name, (x: Tensor) => Tensor>, x, pass);
    },
  };
}

/** Modules one after the other. Parameters are named by position, as in PyTorch: `0.weight`, `2.bias`. */
export function sequential(...modules: readonly Module[]): Module<Record<string, Tree>> {
  const names = modules.map((_, index) => String(index));
  const parts = Object.fromEntries(modules.map((module, index) => [names[index], module]));
  return composed(parts, (part, x) => names.reduce((value, name) => part[name](value), x));
}

/** A net that ends in a linear layer, with what that layer reads. */
export interface Headed extends Module {
  /** `[n, …] → [n, d]` under the parameters of the whole net: the penultimate features. */
  features(parameters: Tree, x: Tensor, pass?: Pass): Tensor;
}

/** A net together with its trunk, all of it but the last layer; parts have the same names in both. */
export const headed = (net: Module, trunk: Module): Headed => ({
  ...net,
  features: (parameters, x, pass) => trunk.apply(parameters, x, pass),
});

/**
 * Parameters in which every layer that depends on data (ActNorm) has set its own from a batch, each seeing what the calibrated
 * layers before it put out.
 */
export function calibrate<P extends Tree>(net: Module<P>, parameters: P, x: Tensor, pass: Pass): P {
  net.apply(parameters, x, pass);
  return overlaid(parameters, pass.calibrated) as P;
}

/** A tree with some of its leaves replaced by those of a partial one. */
function overlaid(tree: Tree, replacement: Tree): Tree {
  if (replacement instanceof Tensor) return replacement;
  const merged = { ...(tree as Record<string, Tree>) };
  for (const [name, child] of Object.entries(replacement as Record<string, Tree>))
    merged[name] = name in merged ? overlaid(merged[name], child) : child;
  return merged;
}
