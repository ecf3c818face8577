/** A plan as data, for whoever shows it otherwise than `explain` does: plain objects that pass between threads. */

import type { Command, Schedule } from "./schedule.ts";

/** A dispatch of a plan. */
export interface ListedDispatch {
  /** The ops with the parts they belong to: `walk.0.matmul → walk.1.leakyRelu`, ∇ in a gradient. */
  name: string;
  /** The other ops in its expressions, which are stored nowhere: `walk.0.add`. */
  parts: readonly string[];
  /** The loops around it, outermost first: `walk`; a loop outside any part has an empty name. */
  within: readonly string[];
  /** How often it runs, all loops around it counted. */
  times: number;
  /** Its hand-written part: `matmul` is shaders/matmul.wgsl. */
  file: string;
  /** Its text, as an index into the shaders. */
  shader: number;
  groups: readonly [number, number, number];
  /** Of one run. */
  flops: number;
  read: number;
  written: number;
}

export interface Listing {
  dispatches: ListedDispatch[];
  /** The WGSL of all dispatches, each text once. */
  shaders: string[];
}

/** Every dispatch of a plan in order, those of a loop once. */
export function listingOf({ commands }: Schedule): Listing {
  const shaders = new Map<string, number>();
  const list = (some: readonly Command[], within: readonly string[], times: number): ListedDispatch[] =>
    some.flatMap((command) => {
      if (command.kind === "copy") return [];
      if (command.kind === "loop") return list(command.body, [...within, command.label], times * command.count);
      const { name, parts, source, groups, flops, read, written } = command;
      const shader = shaders.get(source.wgsl) ?? shaders.size;
      shaders.set(source.wgsl, shader);
      return [{ name, parts, within, times, file: source.file, shader, groups, flops, read, written }];
    });
  const dispatches = list(commands, [], 1);
  return { dispatches, shaders: [...shaders.keys()] };
}
