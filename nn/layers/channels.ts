/** Numbers that belong to channels, the second axis of a batch. */

import type { Tensor } from "../../engine/index.ts";

/** Values `[c]` shaped to broadcast against `x [n, c, …]`. */
export const perChannel = (values: Tensor, x: Tensor): Tensor =>
  values.reshape(x.shape.map((_, axis) => (axis === 1 ? values.size : 1)));

/** All axes of `x [n, c, …]` but that of the channels. */
export const allButChannels = (x: Tensor): number[] => x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);

/** Throws a RangeError unless `x` is a batch of one of the ranks with so many channels. */
export function expectChannels(where: string, x: Tensor, channels: number, ranks: readonly number[]): void {
  const shown = ranks.map((rank) => `[${["n", channels, "h", "w"].slice(0, rank).join(", ")}]`).join(" or ");
  if (!ranks.includes(x.rank) || x.shape[1] !== channels)
    throw new RangeError(`${where}: expected x ${shown}, got ${x.describe()}`);
}

/** How many of these channels each group has. Throws a RangeError when they do not divide. */
export function perGroup(where: string, channels: number, { groups = 1 }: { groups?: number }): number {
  if (!Number.isInteger(channels / groups))
    throw new RangeError(`${where}: ${channels} channels do not divide into ${groups} groups`);
  return channels / groups;
}
