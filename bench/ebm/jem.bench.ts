/**
 * What an update in the manner of JEM costs the host: 20 Langevin steps under a Wide-ResNet-28-2, the contrast of its
 * log-sum-exp, cross-entropy, Adam. Not on the adapter, since a software one would be at its convolutions for far too long.
 */

import {
  compile,
  dispose,
  grad,
  key,
  logSoftmax,
  logSumExp,
  normal,
  pick,
  randomIndex,
  scope,
  type Key,
  type Tensor,
  type Tree,
} from "../../engine/index.ts";
import { contrastiveDivergence, langevin, walk } from "../../ebm/index.ts";
import { adam, wideResnet, type AdamState } from "../../nn/index.ts";
import { dispatchesIn, type Case } from "../case.ts";

const STEPS = 20;
const BATCH = 4;
const RATE = 1e-4;

const net = wideResnet({ depth: 28, widen: 2, norm: null });
const sampler = langevin({ stepSize: 1, noise: 0.01 });
const optimizer = adam();

type State = { parameters: Tree; moments: AdamState };

const update = (
  { parameters, moments }: State,
  data: Tensor,
  labels: Tensor,
  start: Tensor,
  random: Key,
  rate: Tensor,
) => {
  const energy = (x: Tensor) => logSumExp(net.apply(parameters, x), 1).neg();
  const samples = walk(sampler, energy, start, STEPS, random).x;
  const crossEntropy = pick(logSoftmax(net.apply(parameters, data), 1), labels)
    .mean()
    .neg();
  const loss = crossEntropy.add(contrastiveDivergence(energy, data, samples).loss);
  const learned = optimizer.update(parameters, grad(loss, parameters), moments, rate);
  return { parameters: learned.parameters, moments: learned.state };
};

const jemCase: Case = {
  name: "host/update/jem-wide-resnet-28-2",
  on: "null",
  unit: "update",
  async open() {
    const program = compile(update, { donate: [0] });
    const given = scope(() => ({
      data: normal(key(2), [BATCH, 3, 32, 32]),
      labels: randomIndex(key(3), [BATCH], 10),
      start: normal(key(4), [BATCH, 3, 32, 32]),
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
};

export const jemCases = [jemCase];
