/** What every toy distribution in the plane knows about itself: its exact log-density in float64, and how to draw from it. */

import type { Source } from "../source.ts";

/** The measures of a toy distribution. */
export interface ToyOptions {
  /** how many parts it has, at least 1: Gaussians, rings, arms */
  groups: number;
  /** standard deviation of the noise of each part, at least 0 */
  sd: number;
  /** how far it reaches, positive: each toy says which of its lengths this is */
  radius: number;
}

/** A distribution in the plane whose density is known. */
export interface Toy extends ToyOptions {
  /** pictures of it show the square from -extent to +extent */
  extent: number;
  /** log p(x, y), normalised over the plane; -Infinity where nothing falls */
  logDensity: (x: number, y: number) => number;
  /** The part that a point lies nearest to, counted from 0, and the distance from its mean or its curve. */
  nearest: (x: number, y: number) => { part: number; distance: number };
  /** A point of a part, made on the host of the numbers that are drawn for it. */
  place: (part: number, draws: Draws) => [x: number, y: number];
  /** Points drawn on the GPU, each from a part that is drawn uniformly. */
  source: () => Source;
}

/** Random numbers for one point, each another. */
export interface Draws {
  /** uniform on [0, 1) */
  uniform: () => number;
  /** standard normal */
  normal: () => number;
}

/** A toy distribution that is yet without measures. */
export interface ToyKind {
  /** what pages call it */
  title: string;
  /** its measures as published */
  published: ToyOptions;
  /** those that are always as published */
  settled: readonly (keyof ToyOptions)[];
  /** The distribution of these measures. */
  of: (options: ToyOptions) => Toy;
}
