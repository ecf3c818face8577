/** What a model says of items that are at hand: energies, and its classifier's confidence and classes. */

import { compile, dispose, toArray, type Tensor } from "../../engine/index.ts";
import type { Evaluated } from "./evaluated.ts";

/** A number for each item; without a classifier there are no classes. */
export interface Judged {
  energy: Float64Array;
  confidence: Float64Array | null;
  predicted: Uint32Array | null;
}

/** Judges items `[n, …]`, which stay the caller's; `dispose` gives it up. */
export interface Judge {
  (x: Tensor): Promise<Judged>;
  dispose(): void;
}

/** The judge of a model, compiled. */
export function judgeOf(model: Evaluated): Judge {
  const program = compile((learned: Evaluated["learned"], x: Tensor): Record<string, Tensor> => {
    const logits = model.classifier?.logits(learned, x);
    return {
      energy: model.energy(learned, x),
      ...(logits && { confidence: logits.max(1).sub(logits.logSumExp(1)).exp(), predicted: logits.argmax(1) }),
    };
  });
  const read = async (values: Tensor | undefined): Promise<ArrayLike<number> | null> =>
    values === undefined ? null : (await toArray(values)).data;
  const judge = async (x: Tensor): Promise<Judged> => {
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
  return Object.assign(judge, { dispose: () => program.dispose() });
}
