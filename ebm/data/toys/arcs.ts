/** Arcs of circles and of Archimedean spirals: the curves of most toys. */

import { concat, fromArray, take, type Tensor } from "../../../engine/index.ts";
import type { Curves } from "./curves.ts";

/** The point centre + r (cos θ, sin θ), where r and θ go steadily from one end to the other. */
export interface Arc {
  centre: readonly [x: number, y: number];
  radius: readonly [from: number, to: number];
  /** in turns of 2π */
  turns: readonly [from: number, to: number];
}

/** An arc for each part. */
export const alongArcs = (arcs: readonly Arc[]): Pick<Curves, "at" | "device"> => ({
  at(part, t) {
    const { centre, radius, turns } = arcs[part];
    const [r, angle] = [between(radius, t), 2 * Math.PI * between(turns, t)];
    return [centre[0] + r * Math.cos(angle), centre[1] + r * Math.sin(angle)];
  },
  device() {
    const rows = arcs.flatMap(({ centre, radius: [from, to], turns: [begin, end] }) => [
      ...centre,
      ...[from, to - from],
      ...[begin, end - begin],
    ]);
    const table = fromArray({ dtype: "f32", shape: [arcs.length, 6], data: Float32Array.from(rows) });
    const at = (part: Tensor, t: Tensor): Tensor => {
      const row = take(table, part.reshape([-1]));
      const column = (from: number, to: number): Tensor =>
        row.slice([
          [0, row.shape[0]],
          [from, to],
        ]);
      const turns = column(4, 5).add(t.mul(column(5, 6)));
      // WGSL says how exact sine and cosine are between −π and π only.
      const angle = turns.sub(turns.add(0.5).floor()).mul(2 * Math.PI);
      const radius = column(2, 3).add(t.mul(column(3, 4)));
      return column(0, 2).add(concat([angle.cos(), angle.sin()], 1).mul(radius));
    };
    return { at, held: [table] };
  },
});

const between = ([from, to]: readonly [number, number], t: number): number => from + t * (to - from);
