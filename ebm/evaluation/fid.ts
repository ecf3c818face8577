/** FID and the inception score: how near samples are to data as Inception sees both, and how many of its classes they are surely of. */

import { inceptionScore } from "../measures/inceptionScore.ts";
import { compared, comparedDefaults, comparedFields, distancesAs, type Seeing } from "./compared.ts";
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
  async run(model, options, host) {
    imageOf("fid", model);
    const given = await host.weights();
    if (given === null)
      throw new RangeError(
        "fid: asks for the weights of Inception (pt_inception-2015-12-05), as --weights FILE gives them; got none",
      );
    const net = inceptionOf(given.arrays, options.input);
    const seeing: Seeing = { weights: net.weights, read: (weights, _, x) => net.read(weights, x) };
    const seen = await compared(model, seeing, options, host).finally(() => net.dispose());
    const { numbers, tables } = distancesAs("fid", "FID, from held-out data", seen);
    const [score, ofData] = [seen.samples, seen.held].map(({ logits }) =>
      inceptionScore(logits!, CLASSES, options.splits),
    );
    return {
      card: {
        ...seen.card,
        features: "the 2048 of Inception-v3, pool3 of 2015-12-05",
        weights: given.about,
        input: `rounded to bytes, bilinear to 299 × 299 as in ${options.input === "pytorch" ? "pytorch-fid" : "TensorFlow 1"}`,
        "inception score": `of ${CLASSES} classes, logits without bias, ${options.splits} parts in order`,
      },
      numbers: {
        ...numbers,
        inception_score: score.mean,
        inception_score_deviation: score.deviation,
        inception_score_of_data: ofData.mean,
      },
      tables,
    };
  },
});
