/** Numbers as colours, and the colours of the page for what is drawn on canvases. */

import { interpolateViridis } from "d3-scale-chromatic";

/** Viridis in 256 steps, as the words of an image: little-endian alpha, blue, green, red. */
const palette = Uint32Array.from({ length: 256 }, (_, i) => {
  const red_green_blue = parseInt(interpolateViridis(i / 255).slice(1), 16);
  const [red, green, blue] = [red_green_blue >> 16, (red_green_blue >> 8) & 255, red_green_blue & 255];
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
});

/**
 * The context of a canvas, drawn by the processor. A canvas drawn by the GPU waits in one queue with the training, and where the
 * adapter is software, dots drawn sixty times a second fill that queue for seconds.
 */
export const contextOf = (canvas: HTMLCanvasElement): CanvasRenderingContext2D =>
  canvas.getContext("2d", { willReadFrequently: true })!;

/** Paints values `[resolution²]`, rows upward, from `low` (dark) to `high` (bright); what is no number is dark. */
export function paint(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  resolution: number,
  [low, high]: readonly [number, number],
): void {
  if (canvas.width !== resolution) canvas.width = canvas.height = resolution;
  const context = contextOf(canvas);
  const image = context.createImageData(resolution, resolution);
  const pixels = new Uint32Array(image.data.buffer);
  for (let row = 0; row < resolution; row++) {
    for (let column = 0; column < resolution; column++) {
      const share = (values[row * resolution + column] - low) / (high - low);
      const step = share > 0 ? Math.min(255, Math.round(share * 255)) : 0;
      pixels[(resolution - 1 - row) * resolution + column] = palette[step];
    }
  }
  context.putImageData(image, 0, 0);
}

/** A colour of the style sheet, `--chains`. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Has what is drawn in these colours drawn again whenever the page turns dark or light. */
export function onOtherColours(left: AbortSignal, redraw: () => void): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw, { signal: left });
}
