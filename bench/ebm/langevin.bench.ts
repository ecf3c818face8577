/** Steps of Langevin dynamics in compiled programs, 20 in one, as a chain too, and one by itself, on the adapter and, for the host's share, on none. */

import {
  compile,
  dispose,
  foldIn,
  key,
  loop,
  normal,
  pinned,
  scope,
  type StoredAs,
  type Tensor,
  type Tree,
} from "../../engine/index.ts";
import { langevin } from "../../ebm/index.ts";
import { dispatchesIn, keeps, suffixOf, type Case } from "../case.ts";
import { large, models, type MeasuredModel } from "./models.ts";

const STEPS = 20;

/** Steps of a walk in one program. */
export const stepCase = (
  on: Case["on"],
  { name, net, batch }: MeasuredModel,
  steps: number,
  storage: StoredAs = "f32",
): Case => ({
  name: `${on === "null" ? "host" : "ebm"}/langevin/${name}${steps === 1 ? "-single" : ""}${suffixOf(storage)}`,
  on,
  suits: keeps(storage),
  unit: "step",
  async open() {
    const sampler = langevin({ stepSize: 0.1, noise: 0.01 });
    const { parameters, x } = scope(() => ({ parameters: net.init(key(1)), x: normal(key(2), batch) }));
    const program = compile(
      (weights: Tree, start: Tensor, walk: Tensor) => {
        const energy = (at: Tensor) => net.apply(weights, at).reshape([-1]);
        return loop(steps, (i, at) => sampler.step(foldIn(walk, i), { x: at }, energy).state.x, start);
      },
      { storage },
    );
    const { schedule } = await program.prepare(parameters, x, key(3));
    return {
      units: steps,
      dispatches: dispatchesIn(schedule.commands) / steps,
      run: () => dispose(program(parameters, x, key(3))),
      dispose() {
        program.dispose();
        dispose(parameters, x);
      },
    };
  },
});

/** The same walk as one kernel, or as a dispatch for each product and sum, whichever the adapter would take. */
const chainCase = (on: Case["on"], model: MeasuredModel, form: "chain" | "dispatches"): Case => {
  const standard = stepCase(on, model, STEPS);
  return {
    ...standard,
    name: `${standard.name}-${form}`,
    async open(device) {
      const { choices } = device.target;
      device.target.choices = new Map([...choices, ...pinned(`loop.${form}`)]);
      try {
        return await standard.open(device);
      } finally {
        device.target.choices = choices;
      }
    },
  };
};

/** A step without compilation: every op runs, or takes part in the next one, as it is called. */
const eagerCase = (on: Case["on"], { name, net, batch }: MeasuredModel): Case => ({
  name: `${on === "null" ? "host" : "ebm"}/langevin/${name}-eager`,
  on,
  unit: "step",
  open() {
    const sampler = langevin({ stepSize: 0.1, noise: 0.01 });
    const { parameters, x } = scope(() => ({ parameters: net.init(key(1)), x: normal(key(2), batch) }));
    const energy = (at: Tensor) => net.apply(parameters, at).reshape([-1]);
    return Promise.resolve({
      units: 1,
      run: () => dispose(scope(() => sampler.step(key(3), { x }, energy).state.x)),
      dispose: () => dispose(parameters, x),
    });
  },
});

export const langevinCases = (["null", "adapter"] as const).flatMap((on) => [
  ...models.flatMap((model) => [stepCase(on, model, STEPS), stepCase(on, model, 1), eagerCase(on, model)]),
  ...large.filter(() => on === "adapter").map((model) => stepCase(on, model, STEPS, "f16")),
  ...models.slice(0, 2).flatMap((model) => [chainCase(on, model, "chain"), chainCase(on, model, "dispatches")]),
]);
