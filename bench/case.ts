/** What a benchmark case is. */

import type { Device, StoredAs } from "../engine/index.ts";
import type { Command } from "../engine/compile/schedule.ts";

/** Something whose time is measured, on a device of its choice. */
export interface Case {
  /** Unique, a path: `ebm/langevin/toy`. The command line picks cases by parts of it. */
  name: string;
  /** The adapter at hand, or `null`, which executes nothing, so that the cost of the host remains. */
  on: "adapter" | "null";
  /** Whether a device can do the work, and in a time that one can wait; absent where all do. */
  suits?(this: void, device: Device): boolean;
  /** What the time is told of. */
  unit: "op" | "dispatch" | "step" | "update";
  /** Prepares the work: data uploaded, shaders compiled. */
  open(device: Device): Promise<Work>;
}

/** Work that can be done again and again. */
export interface Work {
  /** Units that one call of `run` does. */
  units: number;
  /** Dispatches of one unit, where a plan tells. */
  dispatches?: number;
  /** Does the work once; whoever measures waits for the device afterwards. */
  run(): void;
  /** What one unit amounts to, operations or bytes, for a rate: `{ of: "FLOP", count: 2e6 }`. */
  amount?: { of: "FLOP" | "B"; count: number };
  dispose(): void;
}

/** Whether a device can keep activations so. */
export const keeps =
  (storage: StoredAs) =>
  ({ hasHalves }: Device): boolean =>
    storage === "f32" || hasHalves;

/** How names of cases tell how activations are kept: nothing of f32. */
export const suffixOf = (storage: StoredAs): string => (storage === "f32" ? "" : `-${storage}`);

/** How many dispatches these commands of a plan come to, loops in full. */
export const dispatchesIn = (commands: readonly Command[]): number =>
  commands
    .map((command) =>
      command.kind === "loop" ? command.count * dispatchesIn(command.body) : command.kind === "dispatch" ? 1 : 0,
    )
    .reduce((a, b) => a + b, 0);
