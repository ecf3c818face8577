/** Samples of the model: fresh ones from noise step by step, by class, and the ones that it is surest of. */

import {
  compile,
  fromArray,
  key as keyOf,
  foldIn,
  toArray,
  take,
  iota,
  uniform,
  Tensor,
  dispose,
} from "../../engine/index.ts";
import { saturation } from "../measures/saturation.ts";
import { listed } from "../settings.ts";
import type { Grid } from "../training.ts";
import { ofClass, watched, type EnergyOf } from "./chains.ts";
import { evaluation, imageOf, type Film } from "./evaluation.ts";
import type { Evaluated } from "./evaluated.ts";
import { chosenOf, gridOf, stagesOf } from "./pictures.ts";

/** Pictures of a film. */
const FRAMES = 40;

export const samples = evaluation({
  about:
    "fresh samples from noise after growing numbers of steps, by class, and those of most confidence; a film of the walk",
  fields: {
    count: { kind: "integer", about: "chains that start from noise", min: 1 },
    steps: {
      kind: "list",
      about: "after how many steps of the sampler they are shown",
      of: { kind: "integer", about: "steps", min: 0 },
    },
    shown: { kind: "integer", about: "chains in the strip, and samples in other pictures to a row", min: 1 },
    top: { kind: "integer", about: "samples that are shown for their confidence", min: 1 },
    perClass: { kind: "integer", about: "samples of each class", min: 1 },
    seed: { kind: "integer", about: "of starts and chains", min: 0 },
  },
  defaults: { count: 64, steps: "1,5,10,20,50", shown: 8, top: 16, perClass: 8, seed: 0 },
  async run(model, options, { tell }) {
    imageOf("samples", model);
    const key = keyOf(options.seed);
    const energy: EnergyOf = (learned) => (x) => model.energy(learned, x);
    const stops = [...new Set(listed(options.steps).map(Number))].sort((a, b) => a - b);
    const last = stops[stops.length - 1] ?? 0;
    const grids: Grid[] = [];
    const numbers: Record<string, number> = {};
    const rows: (string | number)[][] = [];
    const score = scorer(model);
    const shown = Math.min(options.shown, options.count);
    const first = Array.from({ length: shown }, (_, i) => i);
    const stages: Grid[] = [];
    const frames: Grid[] = [];

    tell(`${options.count} chains of ${last} steps`);
    const times = [...new Set([0, ...stops, ...filmStops(last)])].sort((a, b) => a - b);
    const begun = uniform(foldIn(key, 0), [options.count, ...model.item], -1, 1);
    let end: Grid | null = null;
    let sure: Float64Array | null = null;
    await watched(model, energy, begun, [], times, foldIn(key, 1), async (x, steps) => {
      const grid = await gridOf("fresh", x);
      if (filmStops(last).includes(steps) || steps === 0) frames.push(chosenOf(grid, "fresh", first, shown));
      if (steps !== 0 && !stops.includes(steps)) return;
      stages.push(chosenOf(grid, "strip", first));
      const found = await score(x);
      const mean = found.energy.reduce((sum, value) => sum + value, 0) / options.count;
      const burnt = saturation(grid.images);
      rows.push([
        steps,
        mean.toFixed(3),
        burnt.toFixed(4),
        ...(found.confidence === null ? [] : [mean1(found.confidence).toFixed(4)]),
      ]);
      if (steps !== last) return;
      [end, sure] = [grid, found.confidence];
      Object.assign(numbers, { energy: mean, saturation: burnt, ...(sure !== null && { confidence: mean1(sure) }) });
    });
    grids.push(stagesOf("strip", stages));
    if (end !== null) grids.push({ ...(end as Grid), name: "fresh" });
    if (end !== null && sure !== null) grids.push(surest(end, sure, options.top, "surest"));

    const memory = model.memory;
    if (memory instanceof Tensor) {
      const count = Math.min(1000, memory.shape[0]);
      const kept = take(memory, iota([count]));
      const found = await score(kept);
      const grid = await gridOf("buffer", kept);
      dispose(kept);
      if (found.confidence !== null) grids.push(surest(grid, found.confidence, options.top, "surest-of-buffer"));
      else
        grids.push(
          chosenOf(
            grid,
            "buffer",
            Array.from({ length: Math.min(64, count) }, (_, i) => i),
          ),
        );
    }
    if (model.classifier !== null) {
      const { classes, logits } = model.classifier;
      tell(`${options.perClass} samples of each class`);
      const labels = Uint32Array.from({ length: classes * options.perClass }, (_, i) =>
        Math.floor(i / options.perClass),
      );
      const given = fromArray({ dtype: "u32", shape: [labels.length], data: labels });
      const start = uniform(foldIn(key, 2), [labels.length, ...model.item], -1, 1);
      await watched(model, ofClass(logits), start, [given], [last], foldIn(key, 3), async (x) => {
        grids.push({ ...(await gridOf("classes", x)), columns: options.perClass });
        const { predicted } = await score(x);
        const right = predicted!.reduce((sum, found, i) => sum + Number(found === labels[i]), 0);
        numbers.class_agreement = right / labels.length;
      });
      dispose(given);
    }
    score.dispose();
    const film: Film = { name: "walk", frames, delay: 12 };
    return {
      card: {
        start: "uniform in [−1, 1], not from the replay buffer",
        sampler: "that of training",
        "steps in training": model.steps,
        chains: options.count,
        seed: options.seed,
        ...(memory instanceof Tensor && { buffer: "the first 1000 of its chains" }),
        ...(model.classifier !== null && { "by class": `chains of ${last} steps under −logit of the class` }),
      },
      numbers,
      tables: [
        {
          title: "Fresh samples by steps",
          columns: ["steps", "mean energy", "saturation", ...(model.classifier === null ? [] : ["mean confidence"])],
          rows,
        },
      ],
      grids,
      films: frames.length > 1 ? [film] : [],
    };
  },
});

const mean1 = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** At most so many numbers of steps from 1 to the last. */
const filmStops = (last: number): number[] =>
  Array.from({ length: Math.min(FRAMES, last) }, (_, i) => Math.round(((i + 1) * last) / Math.min(FRAMES, last)));

/** The samples of most confidence, the surest first. */
function surest(grid: Grid, confidence: Float64Array, count: number, name: string): Grid {
  const order = [...confidence.keys()].sort((a, b) => confidence[b] - confidence[a]);
  return chosenOf(grid, name, order.slice(0, count));
}

interface Scored {
  energy: Float64Array;
  confidence: Float64Array | null;
  predicted: Uint32Array | null;
}

/** Energies and, where there is a classifier, confidences and classes of samples. */
function scorer(model: Evaluated): ((x: Tensor) => Promise<Scored>) & { dispose(): void } {
  const program = compile((learned: Evaluated["learned"], x: Tensor): Record<string, Tensor> => {
    const logits = model.classifier?.logits(learned, x);
    return {
      energy: model.energy(learned, x),
      ...(logits && { confidence: logits.max(1).sub(logits.logSumExp(1)).exp(), predicted: logits.argmax(1) }),
    };
  });
  const read = async (values: Tensor | undefined): Promise<ArrayLike<number> | null> =>
    values === undefined ? null : (await toArray(values)).data;
  const score = async (x: Tensor): Promise<Scored> => {
    const values = program(model.learned, x);
    const [energy, confidence, predicted] = [
      await read(values.energy),
      await read(values.confidence),
      await read(values.predicted),
    ];
    dispose(values);
    return {
      energy: Float64Array.from(energy!),
      confidence: confidence && Float64Array.from(confidence),
      predicted: predicted && Uint32Array.from(predicted),
    };
  };
  return Object.assign(score, { dispose: () => program.dispose() });
}
