/** Whole updates of contrastive learning: Langevin steps from noise, the contrast with data, and Adam. */

import {
  compile,
  dispose,
  foldIn,
  key,
  normal,
  scope,
  type Key,
  type StoredAs,
  type Tensor,
  type Tree,
} from "../../engine/index.ts";
import { contrastiveDivergence, langevin, normalStart, walk } from "../../ebm/index.ts";
import { slopesOf } from "../../ebm/objectives/slopesOf.ts";
import { adam, type AdamState } from "../../nn/index.ts";
import { dispatchesIn, keeps, suffixOf, type Case } from "../case.ts";
import { large, models, type MeasuredModel } from "./models.ts";

const STEPS = 20;

/** A learning rate that leaves the parameters as they are, so that each update does the same; to the program it is data. */
const RATE = 0;

const sampler = langevin({ stepSize: 0.1, noise: 0.01 });
const start = normalStart();
const optimizer = adam();

type State = { parameters: Tree; moments: AdamState };

const compiledUpdate = ({ net, batch }: MeasuredModel, storage: StoredAs) =>
  compile(
    ({ parameters, moments }: State, data: Tensor, random: Key, rate: Tensor) => {
      const energy = (x: Tensor) => net.apply(parameters, x).reshape([-1]);
      const { x } = start.draw(foldIn(random, 0), batch, () => data, null);
      const walked = walk(sampler, energy, x, STEPS, foldIn(random, 1));
      const { loss } = contrastiveDivergence(energy, data, walked.x);
      const slopes = slopesOf(loss, parameters, batch[0], storage);
      const learned = optimizer.update(parameters, slopes, moments, rate);
      const numbers = { loss, meanSlope: walked.means.slopeNorm };
      return { state: { parameters: learned.parameters, moments: learned.state }, numbers };
    },
    { donate: [0], storage },
  );

/** An update by itself. */
export const updateCase = (on: Case["on"], model: MeasuredModel, storage: StoredAs = "f32"): Case => ({
  name: `${on === "null" ? "host" : "ebm"}/update/${model.name}${suffixOf(storage)}`,
  on,
  suits: keeps(storage),
  unit: "update",
  async open() {
    const program = compiledUpdate(model, storage);
    const data = scope(() => normal(key(2), model.batch));
    let state: State = scope(() => {
      const parameters = model.net.init(key(1));
      return { parameters, moments: optimizer.init(parameters) };
    });
    const { schedule } = await program.prepare(state, data, key(3), RATE);
    return {
      units: 1,
      dispatches: dispatchesIn(schedule.commands),
      run() {
        const next = program(state, data, key(3), RATE);
        state = next.state;
        dispose(next.numbers);
      },
      dispose() {
        program.dispose();
        dispose(state, data);
      },
    };
  },
});

export const updateCases = [
  ...(["null", "adapter"] as const).flatMap((on) => models.map((model) => updateCase(on, model))),
  ...large.map((model) => updateCase("adapter", model, "f16")),
];
