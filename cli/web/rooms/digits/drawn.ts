/** Digits drawn with the fonts of this machine, turned, stretched and moved at random: data for where MNIST is not at hand. */

import { keyOf, randomBits } from "../../../../engine/random/threefry.ts";
import { uniformFromBits } from "../../../../engine/random/uniform.ts";
import type { ImageData } from "../../../../ebm/training.ts";
import { PIXELS, SIDE } from "./protocol.ts";

const fonts = ["sans-serif", "serif", "monospace", "cursive", "italic serif", "bold sans-serif"];

/** `count` digits of a seed with their classes, white on black as MNIST's. */
export function drawnDigits(count: number, seed: number): ImageData {
  const context = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true })!;
  const key = keyOf(seed);
  const images = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  for (let at = 0; at < count; at++) {
    const uniform = (place: number): number => uniformFromBits(randomBits(key, 8 * at + place));
    const between = (place: number, low: number, high: number): number => low + uniform(place) * (high - low);
    labels[at] = Math.floor(uniform(0) * 10);
    context.resetTransform();
    context.fillStyle = "black";
    context.fillRect(0, 0, SIDE, SIDE);
    context.translate(SIDE / 2 + between(1, -2, 2), SIDE / 2 + between(2, -2, 2));
    context.transform(1, between(3, -0.2, 0.2), between(4, -0.3, 0.3), 1, 0, 0);
    context.scale(between(5, 0.8, 1.15), between(6, 0.85, 1.1));
    const font = fonts[Math.floor(uniform(7) * fonts.length)];
    context.font = font.includes(" ") ? font.replace(" ", " 24px ") : `24px ${font}`;
    Object.assign(context, { textAlign: "center", textBaseline: "middle", fillStyle: "white", strokeStyle: "white" });
    context.lineWidth = 0.8;
    context.fillText(String(labels[at]), 0, 1);
    context.strokeText(String(labels[at]), 0, 1);
    const { data } = context.getImageData(0, 0, SIDE, SIDE);
    for (let pixel = 0; pixel < PIXELS; pixel++) images[at * PIXELS + pixel] = data[4 * pixel];
  }
  return { name: "digits from fonts", images, count, channels: 1, height: SIDE, width: SIDE, labels };
}
