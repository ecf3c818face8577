/** How items would have to look to be of another class: walks downhill in E(x, y′). */

import { compile, dispose, foldIn, fromArray, key as keyOf, toArray, type Tensor } from "../../engine/index.ts";
import { stretches } from "../samplers/stretches.ts";
import type { Grid } from "../training.ts";
import { ofClass, watched } from "./chains.ts";
import { classifierOf, evaluation, imageOf } from "./evaluation.ts";
import type { Evaluated } from "./evaluated.ts";
import { labelsOf } from "./items.ts";
import { gridOf, stagesOf } from "./pictures.ts";
import { stepList, stopsOf } from "./stops.ts";

export const counterfactual = evaluation({
  about: "held-out images walking downhill in E(x, y′) towards another class, and one image through all classes",
  fields: {
    count: { kind: "integer", about: "images, the first ones", min: 1 },
    steps: stepList("after how many steps they are shown"),
    stay: { kind: "integer", about: "steps in each class, on the way through all", min: 1 },
    seed: { kind: "integer", about: "of chains", min: 0 },
  },
  defaults: { count: 8, steps: "5,10,20,50,100", stay: 50, seed: 0 },
  async run(model, options, { tell }) {
    const { classes, logits } = classifierOf("counterfactual", model);
    imageOf("counterfactual", model);
    const items = await model.open("test");
    const labels = labelsOf("counterfactual", items, options.count);
    const key = keyOf(options.seed);
    const predict = predictor(model);

    tell("towards another class");
    const x = items.items(0, options.count);
    const begun = await predict(x);
    const goals = begun.second.map((second, i) => (begun.first[i] === labels[i] ? second : labels[i]));
    const given = fromArray({ dtype: "u32", shape: [options.count], data: goals });
    const original = await gridOf("item", x);
    const size = original.images.length / options.count;
    const stages: Grid[] = [];
    const rows: (string | number)[][] = [];
    const stops = stopsOf(options.steps, 0);
    let numbers: Record<string, number> = {};
    await watched(model, ofClass(logits), x, [given], stops, foldIn(key, 0), async (at, steps) => {
      const grid = await gridOf("stage", at);
      stages.push(grid);
      const { first } = await predict(at);
      const reached = first.reduce((sum, found, i) => sum + Number(found === goals[i]), 0) / options.count;
      const distance = Math.sqrt(
        grid.images.reduce((sum, pixel, i) => sum + (pixel - original.images[i]) ** 2, 0) / options.count,
      );
      rows.push([steps, reached.toFixed(3), distance.toFixed(3)]);
      numbers = { reached, distance, distance_per_pixel: distance / Math.sqrt(size) };
    });

    tell("through all classes");
    const through: Grid[] = [];
    const far = stretches(model.sampler, ofClass(logits));
    let place = items.items(0, options.count);
    through.push(await gridOf("item", place));
    for (let step = 1; step <= classes; step++) {
      const next = Uint32Array.from(labels, (label) => (label + step) % classes);
      const goal = fromArray({ dtype: "u32", shape: [options.count], data: next });
      place = await far(place, [model.learned, [goal]], { to: options.stay }, foldIn(foldIn(key, 1), step));
      through.push(await gridOf("class", place));
      dispose(goal);
    }
    far.dispose();
    dispose(given, place);
    predict.dispose();
    return {
      card: {
        ...{ data: `${items.name}, test`, items: options.count, seed: options.seed },
        goal: "the second class by p(y | x); the true one where the first is wrong",
        chains: "the sampler of training under −logit of the class",
        "steps in each class": options.stay,
      },
      numbers,
      tables: [
        { title: "Towards another class", columns: ["steps", "share that is of it", "distance walked, L2"], rows },
      ],
      grids: [stagesOf("counterfactual", stages), stagesOf("class-walk", through)],
    };
  },
});

/** The first and the second class by the classifier. */
function predictor(model: Evaluated) {
  const { classes, logits } = classifierOf("counterfactual", model);
  const program = compile((learned: Evaluated["learned"], x: Tensor) => logits(learned, x));
  const predict = async (x: Tensor): Promise<{ first: Uint32Array; second: Uint32Array }> => {
    const values = program(model.learned, x);
    const { data } = await toArray(values);
    dispose(values);
    const orders = Array.from({ length: x.shape[0] }, (_, row) =>
      Array.from({ length: classes }, (_, k) => k).sort((a, b) => data[row * classes + b] - data[row * classes + a]),
    );
    return { first: Uint32Array.from(orders, ([one]) => one), second: Uint32Array.from(orders, ([, two]) => two) };
  };
  return Object.assign(predict, { dispose: () => program.dispose() });
}
