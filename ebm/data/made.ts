/** Images that need no file, by name: made from the seed of a training. */

import type { ImageData } from "../training.ts";
import { rectangles } from "./rectangles.ts";

export const madeImages: Readonly<Record<string, ((seed: number) => ImageData) | undefined>> = { rectangles };
