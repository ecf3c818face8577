/** How near samples are to data, as features see both: Fréchet distances that are not FID, for their features are not Inception's. */

import { foldIn, key as keyOf, normal, uniform, type Tensor } from "../../engine/index.ts";
import type { Labelled } from "../data/labelled.ts";
import { frechetDistance, momentsOf, type Moments } from "../measures/frechet.ts";
import { inceptionScore } from "../measures/inceptionScore.ts";
import { refined } from "./classified.ts";
import { evaluation } from "./evaluation.ts";
import type { Evaluated } from "./evaluated.ts";
import { countOf, overItems } from "./items.ts";

/** Features of the random kind. */
const RANDOM = 64;

export const frechet = evaluation({
  about:
    "Fréchet distance of fresh samples from data in the features of the own classifier, pixels or projections: not FID",
  fields: {
    features: {
      kind: "choice",
      about: "of what: own where there is a classifier",
      values: ["own", "pixels", "random"],
    },
    count: { kind: "integer", about: "samples, and as many held-out items", min: 2 },
    steps: { kind: "integer", about: "steps of the sampler from noise, 0 for as many as in training", min: 0 },
    batch: { kind: "integer", about: "at a time", min: 1 },
    splits: { kind: "integer", about: "parts for the score of the classifier's probabilities", min: 1 },
    seed: { kind: "integer", about: "of starts, chains and projections", min: 0 },
  },
  defaults: { features: "own", count: 1000, steps: 0, batch: 100, splits: 10, seed: 0 },
  async run(model, options, { eigen, tell }) {
    const kind = options.features === "own" && model.classifier === null ? "pixels" : options.features;
    const featuresOf = featuresBy(kind, model, options.seed);
    const steps = options.steps === 0 ? model.steps : options.steps;
    const [test, train] = [await model.open("test"), await model.open("train")];
    countOf(test, options.count);
    const programs = [0, steps].map((walk) =>
      overItems(model, (learned, x, key): Record<string, Tensor> => {
        const end = refined(model, learned, x, walk, foldIn(key, 1));
        return {
          features: featuresOf(learned, end),
          ...(model.classifier && { logits: model.classifier.logits(learned, end) }),
        };
      }),
    );
    const part = async (
      items: Labelled,
      over = programs[0],
    ): Promise<{ moments: Moments; logits: Float32Array | null }> => {
      const { features, logits = null } = (await over(items, options)) as Partial<Record<string, Float32Array>>;
      return { moments: momentsOf(features!, options.count), logits };
    };
    const noise: Labelled = {
      ...{ name: "noise", item: model.item, count: options.count, labels: null },
      items: (start, count) => uniform(foldIn(keyOf(options.seed), start), [count, ...model.item], -1, 1),
    };
    const distances: Record<string, number> = {};
    const real = await part(test);
    tell("noise, where the chains start");
    distances.start = frechetDistance(real.moments, (await part(noise)).moments, eigen);
    tell(`${options.count} chains of ${steps} steps`);
    const fresh = await part(noise, programs[1]);
    distances.samples = frechetDistance(real.moments, fresh.moments, eigen);
    tell("data that were trained on");
    distances.data = frechetDistance(real.moments, (await part(train)).moments, eigen);
    programs.forEach((program) => program.dispose());
    const score = fresh.logits && inceptionScore(fresh.logits, model.classifier!.classes, options.splits);
    const realScore = real.logits && inceptionScore(real.logits, model.classifier!.classes, options.splits);
    return {
      card: {
        data: `${test.name}, test`,
        features: {
          own: "the penultimate ones of the model's own classifier, which its layer of logits reads",
          pixels: "pixels, means of squares so that there are 256 at most",
          random: `${RANDOM} random projections of pixels`,
        }[kind],
        samples: `${options.count} chains of ${steps} steps from uniform noise`,
        items: options.count,
        seed: options.seed,
        bias: options.count < 10_000 ? "upwards, for there are few samples" : "small",
        ...(score && {
          "classifier score": `exp of the mean KL(p(y | x) ‖ p(y)), ${options.splits} parts; not the inception score`,
        }),
      },
      numbers: {
        frechet: distances.samples,
        frechet_of_start: distances.start,
        frechet_of_training_data: distances.data,
        ...(score &&
          realScore && {
            classifier_score: score.mean,
            classifier_score_deviation: score.deviation,
            classifier_score_of_data: realScore.mean,
          }),
      },
      tables: [
        {
          title: "Fréchet distance from held-out data (not FID)",
          columns: ["of", "distance"],
          rows: [
            ["noise, where chains start", distances.start.toFixed(4)],
            [`samples after ${steps} steps`, distances.samples.toFixed(4)],
            ["data that were trained on: the floor", distances.data.toFixed(4)],
          ],
        },
      ],
    };
  },
});

/** What is taken of an item `[n, …] → [n, d]`. */
function featuresBy(
  kind: "own" | "pixels" | "random",
  { classifier, item }: Evaluated,
  seed: number,
): (learned: Evaluated["learned"], x: Tensor) => Tensor {
  if (kind === "own") return classifier!.features;
  const size = item.reduce((product, extent) => product * extent, 1);
  if (kind === "random")
    return (_, x) =>
      x
        .flatten(1)
        .matmul(normal(foldIn(keyOf(seed), 9), [size, RANDOM]))
        .div(Math.sqrt(size));
  if (item.length === 1) return (_, x) => x;
  const square = Math.ceil(Math.sqrt(size / 256));
  const fits = item[1] % square === 0 && item[2] % square === 0;
  if (!fits)
    throw new RangeError(
      `frechet.features: pixels of ${item.join(" × ")} images do not go into squares of ${square}; take random`,
    );
  return (_, x) => x.avgPool2d(square).flatten(1);
}
