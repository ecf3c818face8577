/** Gradients of second order: a step of gradient descent on mean E(x) + 10 mean ‖∇ₓE(x)‖². */

import { compile, dispose, grad, key, normal, scope, zipTrees, type Tensor, type Tree } from "../../engine/index.ts";
import { dispatchesIn, type Case } from "../case.ts";
import { models, type MeasuredModel } from "./models.ts";

const RATE = 0.01;
/** Of the penalty, as in WGAN-GP. */
const WEIGHT = 10;

const penaltyCase = (on: Case["on"], { name, net, batch }: MeasuredModel): Case => ({
  name: `${on === "null" ? "host" : "ebm"}/penalty/${name}`,
  on,
  unit: "update",
  async open() {
    const { parameters, x } = scope(() => ({ parameters: net.init(key(1)), x: normal(key(2), batch) }));
    const program = compile((weights: Tree, at: Tensor) => {
      const energy = net.apply(weights, at).reshape([-1]);
      const penalty = grad(energy.sum(), at).square().flatten(1).sum(1).mean();
      const slopes = grad(energy.mean().add(penalty.mul(WEIGHT)), weights);
      return zipTrees(weights, [slopes], ([p, slope]) => p.sub(slope.mul(RATE)));
    });
    const { schedule } = await program.prepare(parameters, x);
    return {
      units: 1,
      dispatches: dispatchesIn(schedule.commands),
      run: () => dispose(program(parameters, x)),
      dispose() {
        program.dispose();
        dispose(parameters, x);
      },
    };
  },
});

export const penaltyCases = (["null", "adapter"] as const).flatMap((on) =>
  models.map((model) => penaltyCase(on, model)),
);
