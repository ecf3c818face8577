/** Recipes of JEM made small, as `small.ts` makes the others. */

import { recipes, systems, type Context, type ImageData, type OpenOptions, type Training } from "../../ebm/index.ts";
import { changed, type Changes } from "../../ebm/recipes/recipe.ts";
import type { JemSettings } from "../../ebm/systems/jem.ts";
import { rectangles } from "./small.ts";

/** The same rectangles in colour, of two classes that take turns. */
export const colours: ImageData = {
  ...rectangles,
  channels: 3,
  images: Uint8Array.from({ length: 32 * 3 * 784 }, (_, i) => {
    const [item, channel, pixel] = [Math.floor(i / 2352), Math.floor((i % 2352) / 784), i % 784];
    return channel === item % 2 ? 0 : rectangles.images[item * 784 + pixel];
  }),
  labels: Uint8Array.from({ length: 32 }, (_, item) => item % 2),
};

export const context: Context = { data: () => Promise.resolve(colours) };

/** The settings of a recipe, small, and changed further if need be. */
export function smallJemSettings(name: string, changes: Changes<JemSettings> = {}): JemSettings {
  const settings = recipes[name].settings as unknown as JemSettings;
  const isToy = settings.net.kind === "mlp";
  const small: Changes<JemSettings> = {
    batch: 4,
    data: {
      size: 16,
      count: isToy ? 60 : 0,
      valid: settings.data.valid > 0 ? 6 : 0,
      crop: Math.min(settings.data.crop, 2),
    },
    // The large nets have tests of their own, and take a software adapter too long.
    net: isToy ? { width: 4 } : { kind: "conv", width: 4 },
    sampler: { steps: 2 },
    start: { size: 18, matched: 2 },
    optimizer: { warmUp: Math.min(settings.optimizer.warmUp, 2), milestones: "2" },
    landscape: { resolution: 9, samples: 12 },
    log: { heldOut: 6 },
  };
  const known = settings.data.labels < 0 ? {} : { data: { labels: 3 } };
  return changed(changed(changed(settings, small), known), changes);
}

/** A small training of a recipe at update 0. */
export const openSmallJem = (
  name: string,
  changes: Changes<JemSettings> = {},
  options?: OpenOptions,
): Promise<Training> => systems.jem.open(smallJemSettings(name, changes), context, options);
