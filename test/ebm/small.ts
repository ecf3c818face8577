/** Recipes made small: few steps, chains, features and pixels, so that a software adapter tries every one in seconds. */

import { recipes, systems, type Context, type ImageData, type OpenOptions, type Training } from "../../ebm/index.ts";
import type { ShortRunSettings } from "../../ebm/systems/shortRun.ts";
import { changed, type Changes } from "../../ebm/recipes/recipe.ts";

/** Images for tests: a bright rectangle on black, of another size and at another place in each. */
export const rectangles: ImageData = {
  ...{ name: "rectangles", count: 32, channels: 1, height: 28, width: 28, labels: null },
  images: Uint8Array.from({ length: 32 * 28 * 28 }, (_, p) => {
    const [item, row, column] = [Math.floor(p / 784), Math.floor((p % 784) / 28), p % 28];
    const inside = (at: number, start: number, length: number) => at >= start && at < start + length;
    return inside(row, item % 13, 6 + (item % 7)) && inside(column, (5 * item) % 11, 8 + (item % 5)) ? 255 : 0;
  }),
};

export const context: Context = { data: () => Promise.resolve(rectangles) };

/** What every recipe is scaled down by. */
const small: Changes<ShortRunSettings> = {
  batch: 4,
  data: { size: 16, count: 0 },
  net: { width: 4 },
  sampler: { steps: 2 },
  start: { size: 16 },
  landscape: { resolution: 9, samples: 12 },
};

/** The settings of a recipe, small, and changed further if need be. */
export const smallSettings = (name: string, changes: Changes<ShortRunSettings> = {}): ShortRunSettings =>
  changed(changed(recipes[name].settings as unknown as ShortRunSettings, small), changes);

/** A small training of a recipe at update 0. */
export const openSmall = (
  name: string,
  changes: Changes<ShortRunSettings> = {},
  options?: OpenOptions,
): Promise<Training> => systems[recipes[name].system].open(smallSettings(name, changes), context, options);

/** So many updates. */
export async function update(training: Training, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await training.update();
}
