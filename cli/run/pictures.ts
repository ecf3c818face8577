/** Samples and densities as PNG. */

import { interpolateViridis } from "d3-scale-chromatic";
import { encode } from "fast-png";
import type { Grid, Landscape } from "../../ebm/training.ts";

/** Whether samples can be seen; points of a space come as images of one pixel. */
export const isPicture = ({ height, width, channels }: Grid): boolean =>
  height * width > 1 && (channels === 1 || channels === 3);

/** The samples of a grid in its columns or in rows of ⌊√count⌋, two dark pixels apart, as PNG; -1 is black and 1 is white. */
export const gridPng = (grid: Grid): Uint8Array => encode({ ...gridPixels(grid), depth: 8 });

/** The same picture as bytes, channel by channel in each pixel. */
export function gridPixels({ images, count, channels, height, width, columns }: Grid) {
  const perRow = columns ?? Math.floor(Math.sqrt(count));
  const rows = Math.ceil(count / perRow);
  const gap = 2;
  const pixels = { width: perRow * (width + gap) + gap, height: rows * (height + gap) + gap };
  const data = new Uint8Array(pixels.width * pixels.height * channels).fill(24);
  for (let n = 0; n < count; n++) {
    const left = (n % perRow) * (width + gap) + gap;
    const top = Math.floor(n / perRow) * (height + gap) + gap;
    for (let c = 0; c < channels; c++) {
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const value = images[((n * channels + c) * height + y) * width + x];
          data[((top + y) * pixels.width + left + x) * channels + c] = Math.round((clamp(value) + 1) * 127.5);
        }
      }
    }
  }
  return { ...pixels, data, channels };
}

/** What is not a number is shown as black. */
const clamp = (value: number): number => (value > -1 ? Math.min(1, value) : -1);

/** Values `[resolution, resolution]`, rows upward, as a viridis PNG from `low` (dark) to `high` (bright). */
export function densityPng(values: ArrayLike<number>, resolution: number, low: number, high: number): Uint8Array {
  const data = new Uint8Array(resolution * resolution * 3);
  paint(data, values, resolution, { left: 0, top: 0, width: resolution }, low, high);
  return encode({ width: resolution, height: resolution, data, channels: 3, depth: 8 });
}

/** All landscapes of one step as PNG: densities above, each to its own peak, and log-densities below on one scale. */
export function landscapesPng(landscapes: readonly Landscape[]): Uint8Array {
  const size = landscapes[0].resolution;
  const gap = 6;
  const width = landscapes.length * (size + gap) + gap;
  const height = 2 * (size + gap) + gap;
  const data = new Uint8Array(width * height * 3).fill(24);
  const [low, high] = logRange(landscapes);
  landscapes.forEach(({ density, logDensity }, i) => {
    const left = gap + i * (size + gap);
    paint(data, density, size, { left, top: gap, width }, 0, largest(density));
    paint(data, logDensity, size, { left, top: size + 2 * gap, width }, low, high);
  });
  return encode({ width, height, data, channels: 3, depth: 8 });
}

/** The scale that log-densities share: from their peak down to e⁻²³ or the lowest of them. */
export function logRange(landscapes: readonly Pick<Landscape, "logDensity">[]): [number, number] {
  const values = landscapes.flatMap(({ logDensity }) => [...logDensity].filter(Number.isFinite));
  const high = largest(values);
  const low = values.reduce((least, value) => Math.min(least, value), high);
  return [Math.max(low, Math.min(high - 1, Math.log(1e-10))), high];
}

/** The largest finite value, 1 if there is none. */
export const largest = (values: ArrayLike<number>): number => {
  let most = -Infinity;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i]) && values[i] > most) most = values[i];
  return most === -Infinity ? 1 : most;
};

/** Viridis in 256 steps of red, green and blue; d3 gives it as #rrggbb. */
const palette = Array.from({ length: 256 }, (_, i) => {
  const hex = interpolateViridis(i / 255);
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
});

function paint(
  data: Uint8Array,
  values: ArrayLike<number>,
  size: number,
  at: { left: number; top: number; width: number },
  low: number,
  high: number,
): void {
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const share = (values[(size - 1 - y) * size + x] - low) / (high - low);
      const colour = palette[share > 0 ? Math.min(255, Math.round(share * 255)) : 0];
      data.set(colour, ((at.top + y) * at.width + at.left + x) * 3);
    }
  }
}
