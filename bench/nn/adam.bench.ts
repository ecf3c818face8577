/** Adam in place: over a million parameters in one tensor, and over those of a Wide-ResNet-28-10. */

import { compile, dispose, key, mapTree, normal, scope, type Key, type Tensor, type Tree } from "../../engine/index.ts";
import { adam, countParameters, wideResnet, type AdamState } from "../../nn/index.ts";
import { dispatchesIn, type Case } from "../case.ts";

const optimizer = adam();

type State = { parameters: Tree; moments: AdamState };

/** Updates of what `init` gives, so many in one go that starting them does not count. */
const adamCase = (name: string, init: (key: Key) => Tree, updates: number): Case => ({
  name: `nn/adam/${name}`,
  on: "adapter",
  unit: "update",
  async open() {
    const program = compile(
      ({ parameters, moments }: State, slopes: Tree, rate: Tensor) => {
        const learned = optimizer.update(parameters, slopes, moments, rate);
        return { parameters: learned.parameters, moments: learned.state };
      },
      { donate: [0] },
    );
    // A slope of its own for every parameter, since a constant would be read from nowhere.
    const slopes = scope(() => mapTree(init(key(1)), (leaf) => (leaf as Tensor).mul(0.1)));
    let state: State = scope(() => {
      const parameters = init(key(2));
      return { parameters, moments: optimizer.init(parameters) };
    });
    const count = countParameters(slopes);
    const { schedule } = await program.prepare(state, slopes, 1e-3);
    return {
      units: updates,
      dispatches: dispatchesIn(schedule.commands),
      // Reads four numbers for each parameter and writes three.
      amount: { of: "B", count: 4 * 7 * count },
      run() {
        for (let update = 0; update < updates; update++) state = program(state, slopes, 1e-3);
      },
      dispose() {
        program.dispose();
        dispose(state, slopes);
      },
    };
  },
});

export const adamCases = [
  adamCase("million", (key) => ({ weight: normal(key, [2 ** 20]) }), 4),
  adamCase("wide-resnet-28-10", (key) => wideResnet({ depth: 28, widen: 10, norm: null }).init(key), 1),
];
