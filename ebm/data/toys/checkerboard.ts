/** The dark squares of a board of 4 × 4, as in FFJORD and VERA: uniform, with sharp edges. */

import { fromArray, randomIndex, split, take, uniform } from "../../../engine/index.ts";
import { drawn, keyAt } from "./drawn.ts";
import type { Toy, ToyKind, ToyOptions } from "./toy.ts";

/** The lower left corners of the dark squares in units of their side: column by column from the left, the lower one first. */
const corners = [-2, -1, 0, 1].flatMap((column) =>
  [-2, 0].map((row): [number, number] => [column, row + (column & 1)]),
);

/** Beyond its edge pictures show a quarter of the radius. */
const MARGIN = 1.25;

/** The board reaches from −radius to radius. The log-density is −Infinity between the squares, where no point falls. */
function board({ groups, sd, radius }: ToyOptions): Toy {
  const side = radius / 2;
  const logInside = -Math.log(corners.length * side * side);
  const nearest: Toy["nearest"] = (x, y) => {
    const distances = corners.map(([column, row]) =>
      Math.hypot(beyond(x - column * side, side), beyond(y - row * side, side)),
    );
    const distance = Math.min(...distances);
    return { part: distances.indexOf(distance), distance };
  };
  return {
    ...{ groups, sd, radius, nearest },
    extent: MARGIN * radius,
    logDensity(x, y) {
      const [column, row] = [Math.floor(x / side), Math.floor(y / side)];
      const dark = Math.max(Math.abs(column + 0.5), Math.abs(row + 0.5)) < 2 && ((column + row) & 1) === 0;
      return dark ? logInside : -Infinity;
    },
    place: (part, { uniform }) => [side * (corners[part][0] + uniform()), side * (corners[part][1] + uniform())],
    source() {
      const table = fromArray({ dtype: "f32", shape: [corners.length, 2], data: Float32Array.from(corners.flat()) });
      return drawn(
        (key, count) => {
          const keys = split(key, 2);
          const corner = take(table, randomIndex(keyAt(keys, 0), [count], corners.length));
          return corner.add(uniform(keyAt(keys, 1), [count, 2])).mul(side);
        },
        [table],
      );
    },
  };
}

/** How far a number lies outside [0, side]. */
const beyond = (offset: number, side: number): number => Math.max(-offset, offset - side, 0);

export const checkerboard: ToyKind = {
  title: "Checkerboard",
  published: { groups: corners.length, sd: 0, radius: 4 },
  settled: ["groups", "sd"],
  of: board,
};
