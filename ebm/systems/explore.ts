/** What there is to follow from update to update: energies anywhere, and chains that walk under the model as it learns. */

import { compile, dispose, foldIn, fromArray, toArray, type Key, type Tensor } from "../../engine/index.ts";
import { trajectory, under, walk, type Chains, type Report } from "../samplers/index.ts";
import type { Program } from "../trainer.ts";
import type { WalkingChains } from "../training.ts";
import { flowing } from "./flow.ts";
import { energiesOf, learnedOf, samplesOf, type Learned, type Model } from "./model.ts";

/** Where a stride leads; of samplers that choose, also where the last step would have led, and the mean acceptance. */
type Stride = { state: Chains; moves?: { proposed: Tensor; acceptance: Tensor } };

/** The exploring part of a program. */
export const explorer = (model: Model): Pick<Program<Learned>, "explore"> => ({
  explore(present, keysOf) {
    const { source, sampler, energyUnder } = model;
    const energies = energiesOf(model);
    const starts = samplesOf(model);

    const chains = ({ count, stride, seed }: { count: number; stride: number; seed: number }): WalkingChains => {
      const keys = keysOf(seed);
      /** Samplers that choose are recorded as they go: their last step, and how many were taken. */
      const chooses = sampler.reports.includes("acceptance");
      const advance = compile(
        (learned: Learned, last: Chains, key: Key): Stride => {
          const energy = energyUnder(learned);
          // It has learned since.
          const from = under(sampler, last, energy);
          if (!chooses) return { state: walk(sampler, energy, from, stride, key).state };
          const { state, proposed, means } = trajectory(sampler, energy, from, { records: 1, every: stride }, key);
          const { acceptance } = means as Readonly<Record<Report, Tensor>>;
          return { state, moves: { proposed: proposed.reshape(last.x.shape), acceptance: acceptance.mean() } };
        },
        { donate: [1] },
      );
      let [rounds, strides, steps] = [0, 0, 0];
      const initial = compile((learned: Learned, x: Tensor) => sampler.init(x, energyUnder(learned)), { donate: [1] });
      const begin = (): Chains => {
        const key = (stream: Key): Key => foldIn(stream, rounds);
        const own = { ...keys, data: key(keys.data), start: key(keys.start) };
        return initial(learnedOf(present()), starts(present(), own, count, 0));
      };
      let state = begin();
      let moves: Stride["moves"];
      const forget = (): void => {
        if (moves !== undefined) dispose(moves);
        moves = undefined;
      };
      return {
        get steps() {
          return steps;
        },
        restart() {
          dispose(state);
          forget();
          rounds++;
          steps = 0;
          state = begin();
        },
        walk() {
          forget();
          ({ state, moves } = advance(learnedOf(present()), state, foldIn(keys.walk, strides++)));
          steps += stride;
        },
        positions: async () => (await toArray(state.x)).data as Float32Array,
        async moves() {
          if (moves === undefined) return null;
          const [proposed, acceptance] = await Promise.all([toArray(moves.proposed), toArray(moves.acceptance)]);
          return { proposed: proposed.data as Float32Array, acceptance: acceptance.data[0] };
        },
        dispose() {
          dispose(state);
          forget();
          for (const program of [initial, advance]) program.dispose();
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
