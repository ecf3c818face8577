/** How near samples are to data, as features see both: Fréchet distances that are not FID, for their features are not Inception's. */

import { foldIn, key as keyOf, normal, type Tensor } from "../../engine/index.ts";
import { inceptionScore } from "../measures/inceptionScore.ts";
import { compared, comparedDefaults, comparedFields, distancesAs, type Seeing } from "./compared.ts";
import { evaluation } from "./evaluation.ts";
import type { Evaluated } from "./evaluated.ts";

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
    ...comparedFields,
  },
  defaults: { features: "own", ...comparedDefaults },
  async run(model, options, host) {
    const { classifier } = model;
    const kind = options.features === "own" && classifier === null ? "pixels" : options.features;
    const featuresOf = featuresBy(kind, model, options.seed);
    const seeing: Seeing = {
      weights: {},
      read: (_, learned, x) => ({
        features: featuresOf(learned, x),
        ...(classifier && { logits: classifier.logits(learned, x) }),
      }),
    };
    const seen = await compared(model, seeing, options, host);
    const { numbers, tables } = distancesAs("frechet", "Fréchet distance from held-out data (not FID)", seen);
    const [score, ofData] = [seen.samples, seen.held].map(
      ({ logits }) => logits && inceptionScore(logits, classifier!.classes, options.splits),
    );
    return {
      card: {
        ...seen.card,
        features: {
          own: "the penultimate ones of the model's own classifier, which its layer of logits reads",
          pixels: "pixels, means of squares so that there are 256 at most",
          random: `${RANDOM} random projections of pixels`,
        }[kind],
        ...(score && {
          "classifier score": `exp of the mean KL(p(y | x) ‖ p(y)), ${options.splits} parts; not the inception score`,
        }),
      },
      numbers: {
        ...numbers,
        ...(score &&
          ofData && {
            classifier_score: score.mean,
            classifier_score_deviation: score.deviation,
            classifier_score_of_data: ofData.mean,
          }),
      },
      tables,
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
