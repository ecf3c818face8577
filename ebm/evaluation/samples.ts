/** Samples of the model: fresh ones from noise step by step, by class, and the ones that it is surest of. */

import { dispose, foldIn, fromArray, iota, key as keyOf, take, Tensor, uniform, type Key } from "../../engine/index.ts";
import { mean } from "../measures/draws.ts";
import { saturation } from "../measures/saturation.ts";
import type { Fields, SettingsOf } from "../settings.ts";
import type { Grid } from "../training.ts";
import { ofClass, watched } from "./chains.ts";
import { evaluation, imageOf, type Film } from "./evaluation.ts";
import type { Evaluated } from "./evaluated.ts";
import { judgeOf, type Judge } from "./judge.ts";
import { chosenOf, gridOf, stagesOf } from "./pictures.ts";
import { stepList, stopsOf } from "./stops.ts";

/** Pictures of a film, and hundredths of a second that each lasts. */
const FRAMES = 40;
const DELAY = 12;
/** Chains of a replay buffer that are looked through, and that are shown where no classifier chooses. */
const KEPT = 1000;
const SHOWN = 64;

const fields = {
  count: { kind: "integer", about: "chains that start from noise", min: 1 },
  steps: stepList("after how many steps of the sampler they are shown"),
  shown: { kind: "integer", about: "chains in the strip, and samples in other pictures to a row", min: 1 },
  top: { kind: "integer", about: "samples that are shown for their confidence", min: 1 },
  perClass: { kind: "integer", about: "samples of each class", min: 1 },
  seed: { kind: "integer", about: "of starts and chains", min: 0 },
} as const satisfies Fields;

type Options = SettingsOf<typeof fields>;

/** What a part of the evaluation came to. */
interface Part {
  grids: Grid[];
  numbers: Record<string, number>;
}

export const samples = evaluation({
  about:
    "fresh samples from noise after growing numbers of steps, by class, and those of most confidence; a film of the walk",
  fields,
  defaults: { count: 64, steps: "1,5,10,20,50", shown: 8, top: 16, perClass: 8, seed: 0 },
  async run(model, options, { tell }) {
    imageOf("samples", model);
    const key = keyOf(options.seed);
    const judge = judgeOf(model);
    const stops = stopsOf(options.steps);
    const last = stops.at(-1) ?? 0;
    tell(`${options.count} chains of ${last} steps`);
    const fresh = await freshSamples(model, judge, options, stops, key);
    const kept = await keptSamples(model, judge, options);
    if (model.classifier !== null) tell(`${options.perClass} samples of each class`);
    const classes = await classSamples(model, judge, options, last, key);
    judge.dispose();
    const learnsClasses = model.classifier !== null;
    return {
      card: {
        start: "uniform in [−1, 1], not from the replay buffer",
        sampler: "that of training",
        "steps in training": model.steps,
        chains: options.count,
        seed: options.seed,
        ...(kept.length > 0 && { buffer: `the first ${KEPT} of its chains` }),
        ...(learnsClasses && { "by class": `chains of ${last} steps under −logit of the class` }),
      },
      numbers: { ...fresh.numbers, ...classes.numbers },
      tables: [
        {
          title: "Fresh samples by steps",
          columns: ["steps", "mean energy", "saturation", ...(learnsClasses ? ["mean confidence"] : [])],
          rows: fresh.rows,
        },
      ],
      grids: [...fresh.grids, ...kept, ...classes.grids],
      films: fresh.film.frames.length > 1 ? [fresh.film] : [],
    };
  },
});

/** Chains from noise: a strip of stages, a film, where they end, and the surest of these. */
async function freshSamples(
  model: Evaluated,
  judge: Judge,
  options: Options,
  stops: readonly number[],
  key: Key,
): Promise<Part & { rows: (string | number)[][]; film: Film }> {
  const last = stops.at(-1) ?? 0;
  const places = Array.from({ length: Math.min(options.shown, options.count) }, (_, i) => i);
  const shots = [0, ...shotsTo(last)];
  const stages: Grid[] = [];
  const frames: Grid[] = [];
  const rows: (string | number)[][] = [];
  const part: Part = { grids: [], numbers: {} };
  const begun = uniform(foldIn(key, 0), [options.count, ...model.item], -1, 1);
  const times = [...new Set([...stops, ...shots])].sort((a, b) => a - b);
  await watched(
    model,
    (learned) => (x) => model.energy(learned, x),
    begun,
    [],
    times,
    foldIn(key, 1),
    async (x, steps) => {
      const grid = await gridOf("fresh", x);
      if (shots.includes(steps)) frames.push(chosenOf(grid, "fresh", places, places.length));
      if (steps !== 0 && !stops.includes(steps)) return;
      stages.push(chosenOf(grid, "strip", places));
      const { energy, confidence } = await judge(x);
      const numbers = {
        energy: mean(energy),
        saturation: saturation(grid.images),
        ...(confidence !== null && { confidence: mean(confidence) }),
      };
      const shown = Object.values(numbers).map((number, at) => number.toFixed(at === 0 ? 3 : 4));
      rows.push([steps, ...shown]);
      if (steps !== last) return;
      part.numbers = numbers;
      part.grids.push(grid, ...(confidence === null ? [] : [surest(grid, confidence, options.top, "surest")]));
    },
  );
  return {
    ...{ rows, numbers: part.numbers, grids: [stagesOf("strip", stages), ...part.grids] },
    film: { name: "walk", frames, delay: DELAY },
  };
}

/** Chains of the replay buffer, the surest where there is a classifier; none without a buffer. */
async function keptSamples({ memory }: Evaluated, judge: Judge, { top }: Options): Promise<Grid[]> {
  if (!(memory instanceof Tensor)) return [];
  const x = take(memory, iota([Math.min(KEPT, memory.shape[0])]));
  const { confidence } = await judge(x);
  const grid = await gridOf("buffer", x);
  dispose(x);
  if (confidence !== null) return [surest(grid, confidence, top, "surest-of-buffer")];
  const places = Array.from({ length: Math.min(SHOWN, grid.count) }, (_, i) => i);
  return [chosenOf(grid, "buffer", places)];
}

/** Chains under the energy of a class each, a row for each class, and how many of them are taken for it. */
async function classSamples(
  { classifier, ...model }: Evaluated,
  judge: Judge,
  { perClass }: Options,
  steps: number,
  key: Key,
): Promise<Part> {
  const part: Part = { grids: [], numbers: {} };
  if (classifier === null) return part;
  const asked = Uint32Array.from({ length: classifier.classes * perClass }, (_, i) => Math.floor(i / perClass));
  const given = fromArray({ dtype: "u32", shape: [asked.length], data: asked });
  const begun = uniform(foldIn(key, 2), [asked.length, ...model.item], -1, 1);
  const energy = ofClass(classifier.logits);
  await watched({ ...model, classifier }, energy, begun, [given], [steps], foldIn(key, 3), async (x) => {
    const { predicted } = await judge(x);
    part.grids.push({ ...(await gridOf("classes", x)), columns: perClass });
    part.numbers.class_agreement = mean(asked.map((y, i) => Number(predicted![i] === y)));
  });
  dispose(given);
  return part;
}

/** At most so many numbers of steps from 1 to the last. */
const shotsTo = (last: number): number[] =>
  Array.from({ length: Math.min(FRAMES, last) }, (_, i) => Math.round(((i + 1) * last) / Math.min(FRAMES, last)));

/** The samples of most confidence, the surest first. */
function surest(grid: Grid, confidence: Float64Array, count: number, name: string): Grid {
  const order = [...confidence.keys()].sort((a, b) => confidence[b] - confidence[a]);
  return chosenOf(grid, name, order.slice(0, count));
}
