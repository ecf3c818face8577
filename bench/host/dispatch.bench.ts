/**
 * What a dispatch costs the host: in a plan that is replayed, in an op that runs at once, in a short compiled call. Samples
 * are of about a millisecond, so that on a busy machine some of them go undisturbed.
 */

import { compile, dispose, key, loop, matmul, normal, scope, type Shape, type Tensor } from "../../engine/index.ts";
import { dispatchesIn, type Case, type Work } from "../case.ts";

const drawn = (shape: Shape): Tensor => scope(() => normal(key(1), shape));

const hostCase = (name: string, open: () => Promise<Work>): Case => ({
  name: `host/dispatch/${name}`,
  on: "null",
  unit: "dispatch",
  open,
});

/** Two products in turn, so that every dispatch changes pipeline and buffers. */
async function replayed(): Promise<Work> {
  const [x, w] = [drawn([8, 8]), drawn([8, 8])];
  const program = compile((start: Tensor, weight: Tensor) =>
    loop(100, (_i, y) => matmul(matmul(y, weight), weight, { transposeB: true }), start),
  );
  const { schedule } = await program.prepare(x, w);
  return {
    units: dispatchesIn(schedule.commands),
    dispatches: 1,
    run: () => dispose(program(x, w)),
    dispose() {
      program.dispose();
      dispose(x, w);
    },
  };
}

function eager(): Promise<Work> {
  const [x, w] = [drawn([8, 8]), drawn([8, 8])];
  const times = 50;
  return Promise.resolve({
    units: 2 * times,
    dispatches: 1,
    run() {
      for (let i = 0; i < times; i++) {
        const y = matmul(x, w);
        dispose(y.add(1), y);
      }
    },
    dispose: () => dispose(x, w),
  });
}

/** A call with a few dispatches, a number, and a tree of parameters, as a step of some sampler of one's own would be. */
async function called(): Promise<Work> {
  const x = drawn([8, 8]);
  const weights = Array.from({ length: 4 }, () => drawn([8, 8]));
  const program = compile((start: Tensor, layers: readonly Tensor[], rate: Tensor) =>
    layers.reduce((y, w) => matmul(y, w), start).mul(rate),
  );
  const { schedule } = await program.prepare(x, weights, 0.1);
  const [times, dispatches] = [25, dispatchesIn(schedule.commands)];
  return {
    units: times * dispatches,
    dispatches: 1,
    run() {
      for (let i = 0; i < times; i++) dispose(program(x, weights, i));
    },
    dispose() {
      program.dispose();
      dispose(x, weights);
    },
  };
}

export const dispatchCases = [hostCase("replay", replayed), hostCase("eager", eager), hostCase("call", called)];
