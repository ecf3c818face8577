/** What the classifier takes for a class when noise is changed until it is sure: distal adversarials. */

import {
  compile,
  dispose,
  foldIn,
  fromArray,
  grad,
  key as keyOf,
  loop,
  toArray,
  uniform,
  where,
} from "../../engine/index.ts";
import { mean } from "../measures/draws.ts";
import { chosen, rowNorm } from "../samplers/chains.ts";
import { classifierOf, evaluation, imageOf } from "./evaluation.ts";
import type { Evaluated } from "./evaluated.ts";
import { gridOf } from "./pictures.ts";

export const distal = evaluation({
  about:
    "noise that is changed until the classifier is sure of a class: what does that look like, and what is its energy?",
  fields: {
    perClass: { kind: "integer", about: "starts for each class", min: 1 },
    steps: { kind: "integer", about: "steps at most", min: 1 },
    stepSize: { kind: "number", about: "length of a step, of pixels in [−1, 1]", exclusiveMin: 0 },
    confidence: { kind: "number", about: "p(y | x) at which an item stays as it is", min: 0, max: 1 },
    seed: { kind: "integer", about: "of the starts", min: 0 },
  },
  defaults: { perClass: 8, steps: 200, stepSize: 0.2, confidence: 0.9, seed: 0 },
  async run(model, options) {
    const { classes, logits } = classifierOf("distal", model);
    imageOf("distal", model);
    const count = classes * options.perClass;
    const wanted = Uint32Array.from({ length: count }, (_, i) => Math.floor(i / options.perClass));
    const labels = fromArray({ dtype: "u32", shape: [count], data: wanted });
    const start = uniform(foldIn(keyOf(options.seed), 0), [count, ...model.item], -1, 1);
    const program = compile((learned: Evaluated["learned"], from: typeof start, labels: typeof start) => {
      const logP = (x: typeof start) => {
        const all = logits(learned, x);
        return all.pick(labels).sub(all.logSumExp(1));
      };
      const { x } = loop(
        options.steps,
        (_, { x }) => {
          const values = logP(x);
          const slope = grad(values.sum(), x);
          const length = rowNorm(slope);
          const unit = slope.div(where(length.greater(0), length, 1).reshape([count, 1, 1, 1]));
          const moved = x.add(unit.mul(options.stepSize)).clamp(-1, 1);
          return { x: chosen(values.less(Math.log(options.confidence)), moved, x) };
        },
        { x: from },
      );
      return { x, confidence: logP(x).exp(), before: model.energy(learned, from), energy: model.energy(learned, x) };
    });
    const found = program(model.learned, start, labels);
    const read = async (values: typeof start): Promise<number[]> => Array.from((await toArray(values)).data);
    const [confidence, before, energy] = [
      await read(found.confidence),
      await read(found.before),
      await read(found.energy),
    ];
    const grid = { ...(await gridOf("distal", found.x)), columns: options.perClass };
    dispose(found, start, labels);
    program.dispose();
    const reached = mean(confidence.map((p) => Number(p >= options.confidence)));
    return {
      card: {
        start: "uniform in [−1, 1]",
        attack: `gradient of log p(y | x), at most ${options.steps} steps of length ${options.stepSize}, until p(y | x) ≥ ${options.confidence}`,
        items: count,
        seed: options.seed,
      },
      numbers: { reached, confidence: mean(confidence), energy_of_start: mean(before), energy: mean(energy) },
      grids: [grid],
    };
  },
});
