/** What a model makes of its starts when its chains have no noise: between two starts, and towards what it never saw. */

import {
  compile,
  concat,
  dispose,
  foldIn,
  grad,
  linspace,
  sub,
  toArray,
  type Key,
  type Tensor,
} from "../../engine/index.ts";
import { adam } from "../../nn/index.ts";
import { flow, walk } from "../samplers/index.ts";
import type { Keys } from "../trainer.ts";
import type { Explorer, Grid } from "../training.ts";
import { learnedOf, samplesOf, type Learned, type Model } from "./model.ts";

type Moments = ReturnType<ReturnType<typeof adam>["init"]>;

/** The parts of an explorer that follow chains without noise. */
export function flowing(
  model: Model,
  present: () => Learned,
  keysOf: (seed: number) => Keys,
): Pick<Explorer, "interpolate" | "reconstruct"> {
  const { settings, source, sampler, energyUnder } = model;

  const stepsOf = (what: string, steps: number | null): number => {
    if (settings.sampler.noise > 0)
      throw new RangeError(`${what}: chains have no noise, got sampler.noise ${settings.sampler.noise}`);
    return steps ?? settings.sampler.steps;
  };

  /** Where chains of the training start, `[count, …]`. */
  const startsOf = (learned: Learned, keys: Keys, count: number): Tensor => {
    const draw = samplesOf(model);
    const starts = draw(learned, keys, count, 0);
    draw.dispose();
    return starts;
  };

  const gridOf = async (name: string, columns: number, x: Tensor): Promise<Grid> => {
    const [count, channels, height = 1, width = 1] = x.shape;
    return { name, images: (await toArray(x)).data as Float32Array, count, channels, height, width, columns };
  };

  return {
    async interpolate({ pairs, points, steps, seed }) {
      const far = stepsOf("interpolate", steps);
      const [keys, learned] = [keysOf(seed), learnedOf(present())];
      const starts = startsOf(learned, keys, 2 * pairs);
      const program = compile((learned: Learned, z: Tensor, key: Key) => {
        const energy = energyUnder(learned);
        return walk(sampler, energy, between(z, points), far, key).x;
      });
      const ends = program(learned, starts, keys.walk);
      const grid = await gridOf("interpolation", points, ends);
      dispose(starts, ends);
      program.dispose();
      return grid;
    },

    async reconstruct({ count, steps, iterations, rate, seed }, tell) {
      const far = stepsOf("reconstruct", steps);
      const [keys, learned] = [keysOf(seed), learnedOf(present())];
      const optimizer = adam();
      const held = await model.heldOut();
      const fed = held.feed(keys.data, count);
      const draw = compile((fed: readonly Tensor[], key: Key) => held.batch(key, count, fed[0] ?? null));
      const items = draw(fed === null ? [] : [fed], keys.data);

      const endsOf = (learned: Learned, z: Tensor) => flow(sampler, energyUnder(learned), z, far);
      const errorOf = (ends: Tensor, items: Tensor) => ends.sub(items).square();
      const improve = compile(
        (learned: Learned, items: Tensor, z: Tensor, moments: Moments, rate: Tensor) => {
          const errors = errorOf(endsOf(learned, z), items);
          const { parameters, state } = optimizer.update(z, grad(errors.sum(), z), moments, rate);
          return { z: parameters, moments: state, error: errors.mean() };
        },
        { donate: [2, 3] },
      );
      const judge = compile((learned: Learned, items: Tensor, z: Tensor) => {
        const ends = endsOf(learned, z);
        const pairs = concat(
          [items, ends].map((x) => x.reshape([count, 1, ...source.item])),
          1,
        );
        return { pairs: pairs.reshape([2 * count, ...source.item]), error: errorOf(ends, items).mean() };
      });

      let z = startsOf(learned, { ...keys, data: foldIn(keys.data, 1) }, count);
      let moments = optimizer.init(z);
      for (let iteration = 1; iteration <= iterations; iteration++) {
        const next = improve(learned, items, z, moments, rate);
        [z, moments] = [next.z, next.moments];
        tell(iteration, (await toArray(next.error)).data[0]);
        dispose(next.error);
      }
      const { pairs, error } = judge(learned, items, z);
      const grid = await gridOf("reconstruction", 2 * Math.max(1, Math.floor(Math.sqrt(count))), pairs);
      const [reached] = (await toArray(error)).data;
      dispose(pairs, error, items, z, moments, ...(fed === null ? [] : [fed]));
      for (const program of [draw, improve, judge]) program.dispose();
      held.dispose();
      return { grid, error: reached };
    },
  };
}

/** Of starts `[2 · pairs, …]` the first half z₁ and the second z₂: √(1 − ρ²) z₁ + ρ z₂ for ρ from 0 to 1, `[pairs · points, …]`. */
function between(z: Tensor, points: number): Tensor {
  const [pairs, item] = [z.shape[0] / 2, z.shape.slice(1)];
  const share = linspace(0, 1, points).reshape([1, points, ...item.map(() => 1)]);
  const half = (start: number) => z.slice([[start, start + pairs]]).reshape([pairs, 1, ...item]);
  const blended = half(0).mul(sub(1, share.square()).sqrt()).add(half(pairs).mul(share));
  return blended.reshape([pairs * points, ...item]);
}
