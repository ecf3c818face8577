/** Chains that go on where they stopped: a replay buffer on the GPU (Tieleman 2008; Du & Mordatch 2019). */

import {
  choice,
  foldIn,
  iota,
  isFinite,
  normal,
  put,
  take,
  Tensor,
  uniform,
  where,
  type Shape,
} from "../../engine/index.ts";
import { chosen } from "../samplers/chains.ts";
import { uniformDraw } from "./noise.ts";
import type { Draw, Start } from "./start.ts";

export interface PersistentOptions {
  /** Chains in the buffer. */
  size: number;
  /** Shape of one of them. */
  item: Shape;
  /** They start as U(−scale, scale), if nothing else is drawn. */
  scale?: number;
  /** What they start as. */
  fresh?: Draw;
  /** Standard deviation of the noise that is added whenever they go on. */
  noise?: number;
  /** The probability with which a chain starts afresh instead of going on. */
  reinit?: number;
  /** Into how many equal parts the buffer falls, one for each class: the chains of class y are size / classes from y · size / classes on. */
  classes?: number;
}

/**
 * Distinct random members of a buffer, of all of it or each of the part of its class; the chains' ends go back to the same places.
 * Throws a RangeError for a buffer that does not divide into its classes.
 */
export function persistentStart({
  size,
  item,
  scale = 1,
  fresh = uniformDraw(scale),
  noise = 0,
  reinit = 0,
  classes: parts = 1,
}: PersistentOptions): Start {
  const part = size / parts;
  if (!Number.isInteger(part))
    throw new RangeError(`persistentStart: ${size} chains do not divide into ${parts} classes`);
  const classesOf = (rows: Tensor): Tensor | null => (parts === 1 ? null : rows.toFloat().add(0.5).div(part).toIndex());
  return {
    memory: (key) => fresh(key, [size, ...item], classesOf(iota([size]))),
    most: size,
    usesData: false,
    draw(key, [count], _data, memory, classes = null) {
      if (!(memory instanceof Tensor)) throw new TypeError("persistentStart: the replay buffer is missing");
      // Places in a part are distinct whatever the class, and so are the rows.
      const rows =
        classes === null || parts === 1 ? choice(key, size, count) : classes.mul(part).add(choice(key, part, count));
      const left = take(memory, rows);
      const anew = () => fresh(foldIn(key, 2), left.shape, classesOf(rows));
      const begun = reinit === 0 ? left : chosen(uniform(foldIn(key, 1), [count]).less(reinit), anew(), left);
      const x = noise === 0 ? begun : begun.add(normal(foldIn(key, 0), begun.shape).mul(noise));
      // What a chain lost to NaN or infinity stays as it was: in the buffer it would be lost for good.
      return { x, remember: (end) => ({ memory: put(memory, rows, where(isFinite(end), end, left)) }) };
    },
  };
}
