/** A plan in words. */

import { showBytes, showFlops } from "../amounts.ts";
import { costOf, memoryOf, type Cost } from "./cost.ts";
import type { Command, Schedule, SlotRef } from "./schedule.ts";

const showRef = (ref: SlotRef): string =>
  typeof ref === "number"
    ? `#${ref}`
    : ref.carry.back === null
      ? `#${ref.carry.front}`
      : `#${ref.carry.front}⇄#${ref.carry.back} (${ref.side})`;

/** `33 dispatches, 1.21 MFLOP, 3.20 MiB read, 1.10 MiB written` */
export const showCost = ({ dispatches, flops, read, written }: Cost): string =>
  `${dispatches} ${dispatches === 1 ? "dispatch" : "dispatches"}, ${showFlops(flops)}, ${showBytes(read)} read, ${showBytes(written)} written`;

/**
 * Totals, memory, and a line per command: what it computes with the layer it belongs to (∇ in a gradient), its shader, its
 * grid, its arithmetic, the bytes and the buffers that it reads → writes, those of f16 with a ½.
 */
export function explain(schedule: Schedule, options: { wgsl?: boolean }): string {
  const { commands } = schedule;
  /** The names of the dispatches that share a text, and the file it is from. */
  const shaders = new Map<string, { file: string; names: Set<string> }>();
  const rows = describe(commands, "  ");
  const width = (column: number) => Math.max(0, ...rows.map((row) => (row.length > 1 ? row[column].length : 0)));
  const widths = [0, 1, 2, 3, 4].map(width);
  const lines = rows.map((row) =>
    row.map((cell, at) => (row.length > 1 && at < 5 ? cell.padEnd(widths[at]) : cell)).join("  "),
  );
  const { given, planned, unplanned } = memoryOf(schedule);
  const own = schedule.slots.filter(({ role }) => role !== "given").length;
  const memory = `${showBytes(given)} of arguments, ${own} buffers of ${showBytes(planned)} (${showBytes(unplanned)} if every intermediate had its own)`;
  const texts = [...shaders].map(([text, { file, names }]) => `\n=== ${[...names].join("; ")} (${file}.wgsl)\n${text}`);
  return [showCost(costOf(commands)), memory, ...lines, ...(options.wgsl ? texts : [])].join("\n");

  function describe(list: readonly Command[], indent: string): string[][] {
    return list.flatMap((command): string[][] => {
      if (command.kind === "copy")
        return [[`${indent}copy ${showBytes(command.bytes)}  ${showRef(command.from)} → ${showRef(command.to)}`]];
      if (command.kind === "loop") {
        const { label, count, body, obstacle } = command;
        const note = obstacle === undefined ? "" : `; no chain: ${obstacle}`;
        const head = `${indent}${count} times${label === "" ? "" : ` ${label}`}: ${showCost(costOf(body))} each${note}`;
        return [[head], ...describe(body, `${indent}  `)];
      }
      const { source, groups, name, flops, read, written, slots, halves, stages = [] } = command;
      const known = shaders.get(source.wgsl);
      if (known === undefined) shaders.set(source.wgsl, { file: source.file, names: new Set([name]) });
      else known.names.add(name);
      const bound = (access: string) =>
        slots.flatMap((slot, at) =>
          source.bindings[at].access === access ? [`${showRef(slot)}${halves[at] ? "½" : ""}`] : [],
        );
      const buffers = [...bound("read"), "→", ...bound("read_write")].join(" ");
      const grid = `${groups.join(" × ")} groups`;
      const moved = `${showBytes(read)} → ${showBytes(written)}`;
      const row = [indent + name, `shaders/${source.file}.wgsl`, grid, showFlops(flops), moved, buffers];
      return [row, ...stages.map((stage) => [`${indent}  · ${stage.name}, ${showFlops(stage.flops)} a step`])];
    });
  }
}
