/** The pictures beside the pad: probabilities, the energies of held-out digits, chains, and the way of one. */

import { colour, contextOf } from "../../colours.ts";
import { pictureOf } from "./pad.ts";
import { PIXELS, SIDE, type Seen } from "./protocol.ts";
import { likeliest, percent } from "./words.ts";

/** A row for each class. */
export function barsIn(body: HTMLElement): (seen: Seen) => void {
  const rows = Array.from({ length: 10 }, (_, class_) => {
    const row = document.createElement("tr");
    const head = Object.assign(document.createElement("th"), { scope: "row", textContent: String(class_) });
    const bar = document.createElement("td");
    const fill = document.createElement("i");
    bar.append(fill);
    const share = document.createElement("td");
    row.append(head, bar, share);
    body.append(row);
    return { row, fill, share };
  });
  return (seen) => {
    const first = likeliest(seen);
    rows.forEach(({ row, fill, share }, class_) => {
      row.className = class_ === first ? "likeliest" : "";
      fill.style.width = `${100 * seen.probabilities[class_]}%`;
      share.textContent = percent(seen.probabilities[class_]);
      share.title = seen.probabilities[class_].toPrecision(6);
    });
  };
}

const BINS = 40;

/** A histogram of the energies of held-out digits, and where that of this digit lies. */
export function drawDial(canvas: HTMLCanvasElement, energies: Float32Array, energy: number): void {
  const scale = Math.min(devicePixelRatio, 2);
  const [width, height] = [canvas.clientWidth * scale, canvas.clientHeight * scale].map(Math.round);
  Object.assign(canvas, { width, height });
  const context = contextOf(canvas);
  const sorted = Float32Array.from(energies).sort();
  const spread = sorted[sorted.length - 1] - sorted[0] || 1;
  const [low, high] = [
    Math.min(sorted[0], energy) - 0.05 * spread,
    Math.max(sorted[sorted.length - 1], energy) + 0.05 * spread,
  ];
  const counts = new Array<number>(BINS).fill(0);
  for (const value of energies) counts[Math.min(BINS - 1, Math.floor(((value - low) / (high - low)) * BINS))]++;
  const most = Math.max(...counts);
  const floor = height - 1;
  context.fillStyle = colour("--bars");
  counts.forEach((count, bin) => {
    const tall = (count / most) * (height * 0.78);
    context.fillRect((bin * width) / BINS + 0.5, floor - tall, width / BINS - 1, tall);
  });
  context.fillStyle = colour("--line");
  context.fillRect(0, floor, width, 1);
  if (!Number.isFinite(energy)) return;
  const at = ((energy - low) / (high - low)) * width;
  context.fillStyle = colour("--orange");
  context.fillRect(at - scale, height * 0.14, 2 * scale, height * 0.86);
  context.beginPath();
  context.moveTo(at - 6 * scale, 0);
  context.lineTo(at + 6 * scale, 0);
  context.lineTo(at, height * 0.16);
  context.fill();
}

/** Digits `[n, 784]` flat in rows of `columns`. */
export function drawDigits(canvas: HTMLCanvasElement, digits: Float32Array, columns: number): void {
  const count = digits.length / PIXELS;
  const gap = 2;
  canvas.width = columns * (SIDE + gap) - gap;
  canvas.height = Math.ceil(count / columns) * (SIDE + gap) - gap;
  const context = contextOf(canvas);
  for (let at = 0; at < count; at++) {
    const picture = pictureOf(digits.subarray(at * PIXELS, (at + 1) * PIXELS));
    context.drawImage(picture, (at % columns) * (SIDE + gap), Math.floor(at / columns) * (SIDE + gap));
  }
}

/** One stage of a way: the digit, after how many steps, and what it is then. */
export function stage(digit: Float32Array, steps: number, seen: Seen): HTMLElement {
  const item = document.createElement("li");
  const picture = pictureOf(digit);
  picture.role = "img";
  picture.ariaLabel = `after ${steps} steps`;
  const words = document.createElement("small");
  const first = likeliest(seen);
  words.textContent = `${steps}: ${first}, ${percent(seen.probabilities[first])}`;
  item.append(picture, words);
  return item;
}
