/** Films as animated GIF. */

import { createRequire } from "node:module";
import type { Film } from "../../ebm/evaluation/evaluation.ts";
import { gridPixels } from "./pictures.ts";

type Palette = readonly (readonly number[])[];

/** What is used of gifenc, which comes without types. */
interface Gifenc {
  GIFEncoder(): {
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: { palette: Palette; delay: number; repeat: number },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  };
  quantize(rgba: Uint8Array, maxColors: number): Palette;
  applyPalette(rgba: Uint8Array, palette: Palette): Uint8Array;
}

// Its default export hides the others from whoever imports it in one way, and not in another; required it is the same everywhere.
const gifenc = createRequire(import.meta.url)("gifenc") as Gifenc;

/** How long the last picture stays, in hundredths of a second. */
const REST = 150;

/** The frames one after the other, over and over; colours are those of the last frame, where the film leads, 256 at most. */
export function filmGif({ frames, delay }: Film): Uint8Array {
  const pictures = frames.map((frame) => rgba(gridPixels(frame)));
  const last = pictures[pictures.length - 1];
  const palette = gifenc.quantize(last.data, 256);
  const gif = gifenc.GIFEncoder();
  pictures.forEach(({ data, width, height }, at) => {
    const hundredths = at === pictures.length - 1 ? REST : delay;
    gif.writeFrame(gifenc.applyPalette(data, palette), width, height, { palette, delay: 10 * hundredths, repeat: 0 });
  });
  gif.finish();
  return gif.bytes();
}

/** Grey or coloured pixels as red, green, blue and opacity. */
function rgba({ data, width, height, channels }: ReturnType<typeof gridPixels>) {
  const pixels = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++) pixels[4 * i + c] = data[i * channels + (channels === 3 ? c : 0)];
    pixels[4 * i + 3] = 255;
  }
  return { data: pixels, width, height };
}
