/** Images that were damaged, and what the model's chains make of them. */

import { dispose, foldIn, fromArray, key as keyOf, scope, where, type Key, type Tensor } from "../../engine/index.ts";
import { rowSum } from "../samplers/chains.ts";
import type { Fields, SettingsOf } from "../settings.ts";
import type { Grid } from "../training.ts";
import { watched } from "./chains.ts";
import { evaluation, imageOf, type Card, type Evaluation } from "./evaluation.ts";
import { countOf } from "./items.ts";
import { gridOf, rowsOf } from "./pictures.ts";

/** The options of every restoration. */
const restorationFields = {
  count: { kind: "integer", about: "held-out images, the first ones", min: 1 },
  steps: { kind: "integer", about: "steps of the sampler", min: 0 },
  shown: { kind: "integer", about: "images in the picture", min: 1 },
  seed: { kind: "integer", about: "of the damage and the chains", min: 0 },
} as const satisfies Fields;

const restorationDefaults = { count: 64, steps: 100, shown: 16, seed: 0 };

/** What was done to images. */
type Damaged = {
  /** As the chains find them, `[n, c, h, w]`. */
  x: Tensor;
  /** 1 where a pixel is known and stays, 0 where it is to be found; of one shape with x. All 0 where none is sure. */
  known: Tensor;
};

/** An evaluation that damages images in some way and has them restored. */
export const restoration = <const F extends Fields>(spec: {
  about: string;
  fields: F;
  defaults: SettingsOf<F>;
  /** What a card says of the damage. */
  card(options: SettingsOf<F>): Card;
  damage(images: Tensor, options: SettingsOf<F>, key: Key): Damaged;
  /** Weight of ½‖x − damaged‖² beside the energy; 0 for none. */
  fidelity?(options: SettingsOf<F>): number;
}): Evaluation =>
  evaluation<typeof restorationFields>({
    about: spec.about,
    fields: { ...spec.fields, ...restorationFields },
    defaults: { ...spec.defaults, ...restorationDefaults },
    async run(model, { count: asked, steps, shown, seed, ...rest }) {
      const options = rest as unknown as SettingsOf<F>;
      imageOf("restore", model);
      const items = await model.open("test");
      const count = countOf(items, asked);
      const images = items.items(0, count);
      const original = await gridOf("original", images);
      const { x, known } = scope(() => spec.damage(images, options, foldIn(keyOf(seed), 0)));
      const damaged = await gridOf("damaged", x);
      const mask = await gridOf("known", known);
      const weight = spec.fidelity?.(options) ?? 0;
      const fixed = fromArray({ dtype: "f32", shape: images.shape, data: Float32Array.from(damaged.images) });
      let restored = damaged;
      // Chains walk freely under the energy of images whose known pixels are put back: what is not known follows its own law, given them.
      await watched(
        model,
        (learned, [kept, sure]) =>
          (at) => {
            const energy = model.energy(learned, where(sure.greater(0.5), kept, at));
            return weight === 0 ? energy : energy.add(rowSum(at.sub(kept).square()).mul(weight / 2));
          },
        x,
        [fixed, known],
        [steps],
        foldIn(keyOf(seed), 1),
        async (at) => {
          restored = await gridOf("restored", at);
          for (let i = 0; i < restored.images.length; i++)
            restored.images[i] =
              mask.images[i] > 0.5 ? damaged.images[i] : Math.min(1, Math.max(-1, restored.images[i]));
        },
      );
      dispose(images, fixed, known);
      const before = meanSquare(original, damaged, mask);
      const after = meanSquare(original, restored, mask);
      const few = (grid: Grid): Grid => ({ ...grid, count: Math.min(shown, count) });
      return {
        card: {
          ...{ data: `${items.name}, test`, items: count, seed },
          ...spec.card(options),
          chains: `${steps} steps of the sampler of training${weight > 0 ? `, under E + ${weight} ‖x − damaged‖² / 2` : ""}`,
          error: "per pixel that is not known, of pixels in [−1, 1]; restored ones are clipped to it",
        },
        numbers: {
          error_before: before,
          error_after: after,
          psnr_before: decibels(before),
          psnr_after: decibels(after),
        },
        grids: [rowsOf("restored", [original, damaged, restored].map(few))],
      };
    },
  });

/** The mean squared difference of pixels that are not known. */
function meanSquare(a: Grid, b: Grid, known: Grid): number {
  let [sum, count] = [0, 0];
  for (let i = 0; i < a.images.length; i++) {
    if (known.images[i] > 0.5) continue;
    sum += (a.images[i] - b.images[i]) ** 2;
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

/** Peak signal to noise: 10 log₁₀ (2² / error), for a range from −1 to 1. */
const decibels = (error: number): number => 10 * Math.log10(4 / error);
