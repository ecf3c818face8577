/** What every toy distribution in the plane knows about itself: its exact log-density, in float64. */

import { mixture } from "./mixture.ts";
import { rings } from "./rings.ts";

/** The measures of a toy distribution: how many parts it has, their spread and the radius of the first. */
export interface ToyOptions {
  /** how many Gaussians or rings, at least 1 */
  groups: number;
  /** standard deviation of each part, positive */
  sd: number;
  /** distance of the Gaussians from the origin, or of one ring from the next */
  radius: number;
}

/** A distribution in the plane whose density is known. */
export interface Toy extends ToyOptions {
  /** pictures of it show the square from -extent to +extent */
  extent: number;
  /** log p(x, y), normalised over the plane */
  logDensity: (x: number, y: number) => number;
  /** The Gaussian or ring that a point lies nearest to, counted from 0, and the distance from its mean or its circle. */
  nearest: (x: number, y: number) => { part: number; distance: number };
}

/** The toy distributions by name. */
export const toys: { readonly [name: string]: (options: ToyOptions) => Toy } = { gmm: mixture, rings };
