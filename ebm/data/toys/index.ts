/** The toy distributions of the plane, by the names that settings have for them. */

import { checkerboard } from "./checkerboard.ts";
import { circles, fourRings } from "./circles.ts";
import { cos } from "./cos.ts";
import { eightGaussians, gmm } from "./gmm.ts";
import { line } from "./line.ts";
import { moons } from "./moons.ts";
import { pinwheel } from "./pinwheel.ts";
import { rings } from "./rings.ts";
import { twoSpirals } from "./spirals.ts";
import { swissRoll } from "./swissRoll.ts";
import type { Toy, ToyKind, ToyOptions } from "./toy.ts";

export type { Draws, Toy, ToyKind, ToyOptions } from "./toy.ts";

export const toys: Readonly<Record<string, ToyKind>> = {
  ...{ gmm, rings, moons, circles, pinwheel, checkerboard },
  ...{ "8gaussians": eightGaussians, "2spirals": twoSpirals, "4rings": fourRings },
  ...{ swissroll: swissRoll, line, cos },
};

/**
 * The toy distribution that data settings ask for, null where their name is of other data.
 * @throws RangeError for a measure that this toy has another of, or without the noise that gives it a density
 */
export function toyOf({ name, ...options }: ToyOptions & { name: string }): Toy | null {
  if (!Object.hasOwn(toys, name)) return null;
  const { published, settled, of } = toys[name];
  for (const measure of settled)
    if (options[measure] !== published[measure])
      throw new RangeError(`data.${measure}: of ${name} it is always ${published[measure]}, got ${options[measure]}`);
  if (options.sd === 0 && published.sd > 0)
    throw new RangeError(`data.sd: ${name} has a density with noise only, above 0; got 0`);
  return of(options);
}
