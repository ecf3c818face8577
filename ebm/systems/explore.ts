/** What there is to follow from update to update: energies anywhere, and chains that walk under the model as it learns. */

import { compile, dispose, foldIn, fromArray, toArray, type Key, type Tensor } from "../../engine/index.ts";
import { walk } from "../samplers/index.ts";
import type { Program } from "../trainer.ts";
import type { WalkingChains } from "../training.ts";
import { flowing } from "./flow.ts";
import { energiesOf, learnedOf, samplesOf, type Learned, type Model } from "./model.ts";

/** The exploring part of a program. */
export const explorer = (model: Model): Pick<Program<Learned>, "explore"> => ({
  explore(present, keysOf) {
    const { source, sampler, energyUnder } = model;
    const energies = energiesOf(model);
    const starts = samplesOf(model);

    const chains = ({ count, stride, seed }: { count: number; stride: number; seed: number }): WalkingChains => {
      const keys = keysOf(seed);
      const advance = compile(
        (learned: Learned, x: Tensor, key: Key) => walk(sampler, energyUnder(learned), x, stride, key).x,
        { donate: [1] },
      );
      let [rounds, strides, steps] = [0, 0, 0];
      const begin = (): Tensor => {
        const key = (stream: Key): Key => foldIn(stream, rounds);
        const own = { ...keys, data: key(keys.data), start: key(keys.start) };
        return starts(present(), own, count, 0);
      };
      let x = begin();
      return {
        get steps() {
          return steps;
        },
        restart() {
          dispose(x);
          rounds++;
          steps = 0;
          x = begin();
        },
        walk() {
          x = advance(learnedOf(present()), x, foldIn(keys.walk, strides++));
          steps += stride;
        },
        positions: async () => (await toArray(x)).data as Float32Array,
        dispose() {
          dispose(x);
          advance.dispose();
        },
      };
    };

    return {
      async energies(items) {
        const count = items.length / source.item.reduce((size, extent) => size * extent, 1);
        const x = fromArray({ dtype: "f32", shape: [count, ...source.item], data: items });
        const values = energies(learnedOf(present()), x);
        const { data } = await toArray(values);
        dispose(x, values);
        return data as Float32Array;
      },
      chains,
      ...flowing(model, present, keysOf),
      dispose() {
        energies.dispose();
        starts.dispose();
      },
    };
  },
});
