/** An update of Adam over the 36 million parameters of a Wide-ResNet-28-10, in place. */

import { compile, dispose, key, mapTree, scope, type Tensor, type Tree } from "../../engine/index.ts";
import { adam, countParameters, wideResnet, type AdamState } from "../../nn/index.ts";
import { dispatchesIn, type Case } from "../case.ts";

const optimizer = adam();

type State = { parameters: Tree; moments: AdamState };

const adamCase: Case = {
  name: "nn/adam/wide-resnet-28-10",
  on: "adapter",
  unit: "update",
  async open() {
    const net = wideResnet({ depth: 28, widen: 10, norm: null });
    const program = compile(
      ({ parameters, moments }: State, slopes: Tree, rate: Tensor) => {
        const learned = optimizer.update(parameters, slopes, moments, rate);
        return { parameters: learned.parameters, moments: learned.state };
      },
      { donate: [0] },
    );
    // A slope of its own for every parameter, since a constant would be read from nowhere.
    const slopes = scope(() => mapTree(net.init(key(1)), (leaf) => (leaf as Tensor).mul(0.1)));
    let state: State = scope(() => {
      const parameters = net.init(key(2));
      return { parameters, moments: optimizer.init(parameters) };
    });
    const count = countParameters(slopes);
    const { schedule } = await program.prepare(state, slopes, 1e-3);
    return {
      units: 1,
      dispatches: dispatchesIn(schedule.commands),
      // Reads four numbers for each parameter and writes three.
      amount: { of: "B", count: 4 * 7 * count },
      run() {
        state = program(state, slopes, 1e-3);
      },
      dispose() {
        program.dispose();
        dispose(state, slopes);
      },
    };
  },
};

export const adamCases = [adamCase];
