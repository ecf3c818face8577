/** A plan in words. */

import type { Command, Schedule, SlotRef } from "./schedule.ts";

const showRef = (ref: SlotRef): string =>
  typeof ref === "number"
    ? `#${ref}`
    : ref.carry.back === null
      ? `#${ref.carry.front}`
      : `#${ref.carry.front}⇄#${ref.carry.back} (${ref.side})`;

/** A line per command: `matmul → leakyRelu  shaders/matmul.wgsl  2 × 1 × 1 groups  #0 #1 → #2`. */
export function explain({ commands, slots }: Schedule, options: { wgsl?: boolean }): string {
  const total = { dispatches: 0, flops: 0 };
  const shaders = new Map<string, string>();
  const lines = describe(commands, 1, "  ");
  const bytes = slots.reduce((sum, slot) => sum + slot.bytes, 0);
  const head = `${total.dispatches} dispatches, ${(total.flops / 1e6).toFixed(2)} MFLOP, ${slots.length} buffers of ${(bytes / 2 ** 20).toFixed(2)} MiB in all`;
  return [head, ...lines, ...(options.wgsl ? [...shaders].map(([label, text]) => `\n=== ${label}\n${text}`) : [])].join(
    "\n",
  );

  function describe(list: readonly Command[], times: number, indent: string): string[] {
    return list.flatMap((command) => {
      if (command.kind === "copy")
        return [`${indent}copy  ${showRef(command.from)} → ${showRef(command.to)}  ${command.bytes} bytes`];
      if (command.kind === "loop")
        return [`${indent}${command.count} times:`, ...describe(command.body, times * command.count, `${indent}  `)];
      const { source, groups, label, flops } = command;
      total.dispatches += times;
      total.flops += times * flops;
      shaders.set(`${label} (${source.file}.wgsl)`, source.wgsl);
      const buffers = command.slots.map(
        (slot, at) => `${source.bindings[at].access === "read" ? "" : "→ "}${showRef(slot)}`,
      );
      return [`${indent}${label}  shaders/${source.file}.wgsl  ${groups.join(" × ")} groups  ${buffers.join(" ")}`];
    });
  }
}
