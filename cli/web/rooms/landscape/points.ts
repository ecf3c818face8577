/** Data to look at: points drawn from the true density on the page itself, so that they are there before the GPU is. */

import { keyOf, randomBits } from "../../../../engine/random/threefry.ts";
import { uniformFromBits } from "../../../../engine/random/uniform.ts";
import type { Plane } from "./plane.ts";

/** Points that are shown; of one's own, many more. */
const [SHOWN, MOST] = [400, 4000];

/** Points `[n, 2]` flat: those of one's own, or of a seed, for each a cell of the grid by its probability, then anywhere in the cell. */
export function pointsOf({ truth, points, extent, resolution, own }: Plane, seed: number): Float32Array {
  if (own !== null) return own.subarray(0, 2 * MOST);
  const key = keyOf(seed);
  const uniform = (index: number): number => uniformFromBits(randomBits(key, index));
  const total = truth.reduce((sum, log) => sum + Math.exp(log), 0);
  let reached = 0;
  const upTo = truth.map((log) => (reached += Math.exp(log) / total));
  const side = (2 * extent) / (resolution - 1);
  const drawn = new Float32Array(2 * SHOWN);
  for (let i = 0; i < SHOWN; i++) {
    const share = uniform(3 * i);
    const cell = Math.max(
      0,
      upTo.findIndex((sum) => sum >= share),
    );
    drawn[2 * i] = points[2 * cell] + (uniform(3 * i + 1) - 0.5) * side;
    drawn[2 * i + 1] = points[2 * cell + 1] + (uniform(3 * i + 2) - 0.5) * side;
  }
  return drawn;
}
