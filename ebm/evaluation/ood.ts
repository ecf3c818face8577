/** Whether the model knows its data from others: out-of-distribution detection. */

import { foldIn, type Tensor } from "../../engine/index.ts";
import type { Labelled } from "../data/labelled.ts";
import { histogram } from "../measures/histogram.ts";
import { auroc, averagePrecision, falsePositives } from "../measures/separation.ts";
import { listed } from "../settings.ts";
import { evaluation, type Figure } from "./evaluation.ts";
import type { Evaluated } from "./evaluated.ts";
import { itemCard, itemDefaults, itemFields, overItems, withNoise, type ItemOptions } from "./items.ts";
import { outsideNames, outsideSets } from "./outside.ts";
import { scoreNames, scoresOf, type Score } from "./scores.ts";

/** Bins of a histogram, as published. */
const BINS = 100;

export const ood = evaluation({
  about: "whether the model knows its data from others: AUROC, average precision and FPR@95 of its scores, histograms",
  fields: {
    ...itemFields,
    against: {
      kind: "list",
      about: "what the data are held against; usual: those that are common for such images and at hand",
      of: { kind: "choice", about: "a data set, or one that is made", values: outsideNames },
    },
    refine: { kind: "integer", about: "steps of the sampler for the scores of refinement, 0 for none", min: 0 },
  },
  defaults: { ...itemDefaults, count: 2000, against: "usual", refine: 10 },
  async run(model, options, host) {
    const inside = await model.open(options.part);
    const { sets, missing } = await outsideSets(listed(options.against), inside, options.seed, host);
    host.tell(`scores of ${inside.name}`);
    const scored = scorer(model, options);
    const own = await scored(inside);
    const names = Object.keys(own) as Score[];
    const numbers: Record<string, number> = {};
    const found: { set: Labelled; scores: Scores }[] = [];
    const [areas, precisions, positives]: (string | number)[][][] = [[], [], []];
    for (const set of sets) {
      host.tell(`scores of ${set.name}`);
      const scores = await scored(set);
      found.push({ set, scores });
      const pairs = names.map((name) => ({ inside: own[name]!, outside: scores[name]! }));
      const area = pairs.map(auroc);
      names.forEach((name, at) => (numbers[`auroc_${name}_${set.name}`] = area[at].value));
      areas.push([set.name, ...area.map(({ value, error }) => `${value.toFixed(3)} ± ${error.toFixed(3)}`)]);
      precisions.push([set.name, ...pairs.map((pair) => averagePrecision(pair).toFixed(3))]);
      positives.push([set.name, ...pairs.map((pair) => falsePositives(pair).toFixed(3))]);
    }
    const columns = ["against", ...names];
    scored.dispose();
    return {
      card: {
        ...itemCard(model, inside, { ...options, count: Math.min(options.count, inside.count) }),
        against: found.map(({ set }) => `${set.name} (${Math.min(options.count || set.count, set.count)})`).join(", "),
        ...(missing.length > 0 && { "not at hand": missing.join(", ") }),
        "refinement steps": options.refine,
        "standard error": "of placements (DeLong)",
      },
      numbers,
      tables: [
        { title: `AUROC, ${inside.name} from other data`, columns, rows: areas },
        { title: "Average precision", columns, rows: precisions },
        { title: "FPR@95: the share taken for data where 95 % of data are", columns, rows: positives },
      ],
      figures: names.map((name) =>
        histograms(name, [
          { name: inside.name, values: own[name]! },
          ...found.map(({ set, scores }) => ({ name: set.name, values: scores[name]! })),
        ]),
      ),
    };
  },
});

type Scores = Partial<Record<Score, Float32Array>>;

/** Scores the first items of a set, as many as there are of those that are asked for. */
function scorer(model: Evaluated, options: ItemOptions & { refine: number }) {
  const over = overItems(model, (learned, x, key): Record<string, Tensor> => {
    const seen = withNoise(model, options, x, foldIn(key, 0));
    return scoresOf(model, learned, seen, options.refine, key);
  });
  const score = (items: Labelled): Promise<Scores> =>
    over(items, { ...options, count: Math.min(options.count, items.count) });
  return Object.assign(score, { dispose: () => over.dispose() });
}

function histograms(name: Score, sets: readonly { name: string; values: Float32Array }[]): Figure {
  const { edges, densities } = histogram(
    sets.map(({ values }) => values),
    BINS,
  );
  return {
    ...{ title: name, remark: scoreNames[name], x: "score", y: "density", kind: "histogram" },
    curves: sets.map((set, at) => ({
      name: set.name,
      points: edges.map((edge, bin): [number, number] => [edge, densities[at][bin] ?? 0]),
    })),
  };
}
