/** Images that need no file, by name: made from the seed of a training, other ones for each part. */

import type { ImageData } from "../training.ts";
import { rectangles } from "./rectangles.ts";

export const madeImages: Readonly<Record<string, ((seed: number, part: "train" | "test") => ImageData) | undefined>> = {
  rectangles,
};
