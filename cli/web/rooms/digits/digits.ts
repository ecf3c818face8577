/** Where the digits come from: MNIST where this page has it, else drawn with this machine's fonts. */

import type { ImageData } from "../../../../ebm/training.ts";
import { context, missing } from "../../shelf.ts";
import { drawnDigits } from "./drawn.ts";

/** Both parts, and in words what they are. */
export interface Digits {
  about: string;
  train: ImageData;
  test: ImageData;
}

/** MNIST, or digits from fonts. */
export const digitsHere = async (): Promise<Digits> => ((await missing("mnist")).length > 0 ? fontDigits() : mnist());

const fontDigits = (): Digits => ({
  about: "digits drawn with the fonts of this machine; drop the four files of MNIST to learn from those",
  train: drawnDigits(4000, 1),
  test: drawnDigits(600, 2),
});

async function mnist(): Promise<Digits> {
  const [train, test] = await Promise.all((["train", "test"] as const).map((part) => context.data("mnist", part, 0)));
  return { about: `MNIST: ${train.count.toLocaleString("en")} digits`, train, test };
}
