/** FID and the inception score: how near samples are to data as Inception sees both, and how many of its classes they are surely of. */

import { inceptionScore } from "../measures/inceptionScore.ts";
import {
  biasOf,
  compared,
  comparedDefaults,
  comparedFields,
  distancesOf,
  distanceTable,
  type Seeing,
} from "./compared.ts";
import { evaluation, imageOf } from "./evaluation.ts";
import { inceptionOf } from "./inception.ts";

/** Classes of Inception. */
const CLASSES = 1008;

export const fid = evaluation({
  about: "FID and inception score of fresh samples, by Inception's weights, which are given as --weights FILE",
  fields: {
    ...comparedFields,
    input: {
      kind: "choice",
      about: "how images come to 299 × 299: as in pytorch-fid, or as in TensorFlow 1",
      values: ["pytorch", "tensorflow"],
    },
  },
  defaults: { ...comparedDefaults, batch: 16, input: "pytorch" },
  async run(model, options, { eigen, tell, weights }) {
    imageOf("fid", model);
    const given = await weights();
    if (given === null)
      throw new RangeError(
        "fid: asks for the weights of Inception (pt_inception-2015-12-05), as --weights FILE gives them; got none",
      );
    const net = inceptionOf(given.arrays, options.input);
    const seeing: Seeing = { weights: net.weights, read: (weights, _, x) => net.read(weights, x) };
    const seen = await compared(model, seeing, options, tell).finally(() => net.dispose());
    tell("distances");
    const distances = distancesOf(seen, options.count, eigen);
    const [score, ofData] = [seen.samples, seen.held].map(({ logits }) =>
      inceptionScore(logits!, CLASSES, options.splits),
    );
    return {
      card: {
        data: `${(await model.open("test")).name}, test`,
        features: "the 2048 of Inception-v3, pool3 of 2015-12-05",
        weights: given.about,
        input: `rounded to bytes, bilinear to 299 × 299 as in ${options.input === "pytorch" ? "pytorch-fid" : "TensorFlow 1"}`,
        samples: `${options.count} chains of ${seen.steps} steps from uniform noise`,
        items: options.count,
        seed: options.seed,
        bias: biasOf(options.count),
        "inception score": `of ${CLASSES} classes, logits without bias, ${options.splits} parts in order`,
      },
      numbers: {
        fid: distances.samples,
        fid_of_start: distances.start,
        fid_of_training_data: distances.trained,
        inception_score: score.mean,
        inception_score_deviation: score.deviation,
        inception_score_of_data: ofData.mean,
      },
      tables: [distanceTable("FID, from held-out data", distances, seen.steps)],
    };
  },
});
