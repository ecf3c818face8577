/** What a plan costs: dispatches, arithmetic, bytes moved, memory. */

import type { Command, Schedule } from "./schedule.ts";

export interface Cost {
  dispatches: number;
  flops: number;
  /** Bytes read and written: every buffer that a dispatch binds, once and in whole. */
  read: number;
  written: number;
}

/** Bytes on the device. */
export interface PlannedMemory {
  /** What the caller gives: arguments, and tensors that the program reads from outside. */
  given: number;
  /** The buffers of the plan, all of them there at once: what it returns, and what it keeps for the next run. */
  planned: number;
  /** What the same program would take if every intermediate tensor had a buffer of its own. */
  unplanned: number;
}

/** The cost of running commands once, the iterations of loops included. */
export function costOf(commands: readonly Command[]): Cost {
  const total: Cost = { dispatches: 0, flops: 0, read: 0, written: 0 };
  for (const command of commands) {
    if (command.kind === "copy") {
      total.read += command.bytes;
      total.written += command.bytes;
    } else if (command.kind === "dispatch") {
      total.dispatches++;
      total.flops += command.flops;
      total.read += command.read;
      total.written += command.written;
    } else {
      const each = costOf(command.body);
      for (const name of ["dispatches", "flops", "read", "written"] as const) total[name] += command.count * each[name];
    }
  }
  return total;
}

/** How much memory a plan takes. */
export function memoryOf({ slots, unplanned }: Schedule): PlannedMemory {
  const bytes = (given: boolean) =>
    slots.reduce((total, slot) => total + ((slot.role === "given") === given ? slot.bytes : 0), 0);
  return { given: bytes(true), planned: bytes(false), unplanned };
}

/** The loops of a plan that are in no other, and what one iteration of each costs. */
export const loopsOf = ({ commands }: Schedule): { label: string; count: number; each: Cost }[] =>
  commands.flatMap((command) =>
    command.kind === "loop" ? [{ label: command.label, count: command.count, each: costOf(command.body) }] : [],
  );
