/** A step of every sampler on the toy net, in a compiled walk. */

import { compile, dispose, key, normal, scope, type Key, type Tensor, type Tree } from "../../engine/index.ts";
import {
  adamDescent,
  adapted,
  descent,
  hmc,
  independent,
  kineticLangevin,
  langevin,
  mala,
  parallelTempering,
  randomWalk,
  walk,
  type Sampler,
} from "../../ebm/index.ts";
import { dispatchesIn, type Case } from "../case.ts";
import { models } from "./models.ts";

const STEPS = 20;

const samplers: Record<string, Sampler> = {
  langevin: langevin({ stepSize: 0.1, noise: 0.01 }),
  mala: mala({ stepSize: 0.1 }),
  adaptedMala: adapted((stepSize) => mala({ stepSize }), { initial: 0.1, target: 0.574, warmUp: 10 }),
  hmc4: hmc({ stepSize: 0.1, leapfrogs: 4 }),
  kineticLangevin: kineticLangevin({ stepSize: 0.1, friction: 1 }),
  randomWalk: randomWalk({ scale: 0.1 }),
  independent: independent(),
  descent: descent({ stepSize: 0.1, momentum: 0.9 }),
  adamDescent: adamDescent({ stepSize: 0.01 }),
  parallelTempering4: parallelTempering((temperature) => mala({ stepSize: 0.1, temperature }), [1, 2, 4, 8]),
};

const { net, batch } = models[0];

const stepCase = (name: string, sampler: Sampler): Case => ({
  name: `ebm/samplers/${name}`,
  on: "adapter",
  unit: "step",
  async open() {
    const { parameters, x } = scope(() => ({ parameters: net.init(key(1)), x: normal(key(2), batch) }));
    const program = compile((weights: Tree, start: Tensor, random: Key) => {
      const energy = (at: Tensor) => net.apply(weights, at).reshape([-1]);
      return walk(sampler, energy, start, STEPS, random).x;
    });
    const { schedule } = await program.prepare(parameters, x, key(3));
    return {
      units: STEPS,
      dispatches: dispatchesIn(schedule.commands) / STEPS,
      run: () => dispose(program(parameters, x, key(3))),
      dispose() {
        program.dispose();
        dispose(parameters, x);
      },
    };
  },
});

export const samplerCases = Object.entries(samplers).map(([name, sampler]) => stepCase(name, sampler));
