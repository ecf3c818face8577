/**
 * What an update in the manner of JEM costs the host, and a GPU: 20 Langevin steps under a Wide-ResNet-28-2, the contrast of its
 * log-sum-exp, cross-entropy, Adam; with activations in f32 and in f16. Not on software adapters, which would be at its convolutions
 * for far too long.
 */

import {
  compile,
  dispose,
  key,
  logSoftmax,
  logSumExp,
  normal,
  pick,
  randomIndex,
  scope,
  type Key,
  type StoredAs,
  type Tensor,
  type Tree,
} from "../../engine/index.ts";
import { contrastiveDivergence, langevin, walk } from "../../ebm/index.ts";
import { slopesOf } from "../../ebm/objectives/slopesOf.ts";
import { adam, wideResnet, type AdamState } from "../../nn/index.ts";
import { dispatchesIn, keeps, suffixOf, type Case } from "../case.ts";

const STEPS = 20;
/** Images: of what runs on a GPU as many as keep it busy. */
const BATCH = { null: 4, adapter: 32 } as const;
const RATE = 1e-4;

const net = wideResnet({ depth: 28, widen: 2, norm: null });
const sampler = langevin({ stepSize: 1, noise: 0.01 });
const optimizer = adam();

type State = { parameters: Tree; moments: AdamState };

const updateIn =
  (storage: StoredAs) =>
  ({ parameters, moments }: State, data: Tensor, labels: Tensor, start: Tensor, random: Key, rate: Tensor) => {
    const energy = (x: Tensor) => logSumExp(net.apply(parameters, x), 1).neg();
    const samples = walk(sampler, energy, start, STEPS, random).x;
    const crossEntropy = pick(logSoftmax(net.apply(parameters, data), 1), labels)
      .mean()
      .neg();
    const loss = crossEntropy.add(contrastiveDivergence(energy, data, samples).loss);
    const slopes = slopesOf(loss, parameters, data.shape[0], storage);
    const learned = optimizer.update(parameters, slopes, moments, rate);
    return { parameters: learned.parameters, moments: learned.state };
  };

const jemCase = (on: Case["on"], storage: StoredAs = "f32"): Case => ({
  name: `${on === "null" ? "host" : "ebm"}/update/jem-wide-resnet-28-2${suffixOf(storage)}`,
  on,
  suits: (device) => keeps(storage)(device) && (on === "null" || !device.adapter.software),
  unit: "update",
  async open() {
    const program = compile(updateIn(storage), { donate: [0], storage });
    const given = scope(() => ({
      data: normal(key(2), [BATCH[on], 3, 32, 32]),
      labels: randomIndex(key(3), [BATCH[on]], 10),
      start: normal(key(4), [BATCH[on], 3, 32, 32]),
    }));
    let state: State = scope(() => {
      const parameters = net.init(key(1));
      return { parameters, moments: optimizer.init(parameters) };
    });
    const { schedule } = await program.prepare(state, given.data, given.labels, given.start, key(5), RATE);
    return {
      units: 1,
      dispatches: dispatchesIn(schedule.commands),
      run() {
        state = program(state, given.data, given.labels, given.start, key(5), RATE);
      },
      dispose() {
        program.dispose();
        dispose(state, given);
      },
    };
  },
});

export const jemCases = [jemCase("null"), jemCase("adapter"), jemCase("adapter", "f16")];
