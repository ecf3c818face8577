/** Exact samples from the toy distributions, drawn on the GPU. */

import { dispose, fromArray, normal, randomIndex, split, take, type Key, type Tensor } from "../../engine/index.ts";
import { mixture } from "./mixture.ts";
import type { Source } from "./source.ts";
import type { ToyOptions } from "./toy.ts";

const part = (keys: Key, index: number): Key => keys.slice([[index, index + 1]]).reshape([]);

/** A mean of the mixture, drawn uniformly, plus sd · N(0, I). */
export function mixtureSource(options: ToyOptions): Source {
  const { means } = mixture(options);
  const table = fromArray({ dtype: "f32", shape: [options.groups, 2], data: Float32Array.from(means.flat()) });
  return drawn(
    (key, count) => {
      const keys = split(key, 2);
      const centres = take(table, randomIndex(part(keys, 0), [count], options.groups));
      return centres.add(normal(part(keys, 1), [count, 2]).mul(options.sd));
    },
    [table],
  );
}

/** Radius (k + 1) · radius + sd · N(0, 1) for a ring k drawn uniformly; the direction is that of a normal pair. */
export function ringsSource({ groups, sd, radius }: ToyOptions): Source {
  return drawn((key, count) => {
    const keys = split(key, 3);
    const ring = randomIndex(part(keys, 0), [count, 1], groups).toFloat().add(1);
    const distance = ring.mul(radius).add(normal(part(keys, 1), [count, 1]).mul(sd));
    const pair = normal(part(keys, 2), [count, 2]);
    return pair.div(pair.square().sum(1, { keepDims: true }).sqrt()).mul(distance);
  });
}

const drawn = (draw: (key: Key, count: number) => Tensor, held: readonly Tensor[] = []): Source => ({
  about: "points, drawn on the GPU",
  item: [2],
  uploads: false,
  feed: () => null,
  batch: (key, count) => draw(key, count),
  dispose: () => dispose(held),
});

/** The samplers of the toy distributions by name. */
export const pointSources: Readonly<Record<string, (options: ToyOptions) => Source>> = {
  gmm: mixtureSource,
  rings: ringsSource,
};
