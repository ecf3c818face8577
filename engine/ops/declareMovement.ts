/** How movement ops are declared. */

import type { Attributes, MovementOp, Reading } from "../op.ts";
import type { Position } from "../position.ts";

/** Declares an op that copies elements from other positions. */
export const movement = <A extends Attributes>(op: Omit<MovementOp<A>, "kind">): MovementOp => ({
  ...op,
  kind: "movement",
});

/** The reading of an op that always reads its first input, there. */
export const only = <I, C>(position: Position<I, C>): Reading<I, C> => ({
  alternatives: [{ when: null, input: 0, position }],
});
