/** A pad to draw a digit on, and the digit as those of MNIST are: 20 pixels high or wide, with its mass in the middle of 28. */

import { contextOf } from "../../colours.ts";
import { PIXELS, SIDE } from "./protocol.ts";

/** Pixels of the pad for each of a digit. */
const FINE = 10;
const SIZE = SIDE * FINE;
/** The longer side of what was drawn. */
const LONGER = 20;

export class Pad {
  readonly #context: CanvasRenderingContext2D;
  #last: [number, number] | null = null;

  /** `changed` hears the digit whenever a stroke has been made. */
  constructor(
    readonly canvas: HTMLCanvasElement,
    readonly changed: (digit: Float32Array) => void,
  ) {
    canvas.width = canvas.height = SIZE;
    this.#context = contextOf(canvas);
    this.clear();
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.#last = this.#place(event);
      this.#stroke(event);
    });
    canvas.addEventListener("pointermove", (event) => {
      if (this.#last !== null) this.#stroke(event);
    });
    for (const end of ["pointerup", "pointercancel"] as const)
      canvas.addEventListener(end, () => {
        if (this.#last === null) return;
        this.#last = null;
        this.changed(centred(this.canvas));
      });
  }

  clear(): void {
    this.#context.fillStyle = "black";
    this.#context.fillRect(0, 0, SIZE, SIZE);
  }

  /** Shows a digit `[784]` as it is, to be drawn on. */
  show(digit: Float32Array): void {
    this.#context.imageSmoothingEnabled = true;
    this.#context.drawImage(pictureOf(digit), 0, 0, SIZE, SIZE);
  }

  #place({ clientX, clientY }: PointerEvent): [number, number] {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    return [((clientX - left) / width) * SIZE, ((clientY - top) / height) * SIZE];
  }

  #stroke(event: PointerEvent): void {
    const to = this.#place(event);
    Object.assign(this.#context, { strokeStyle: "white", lineWidth: 2.1 * FINE, lineCap: "round", lineJoin: "round" });
    this.#context.beginPath();
    this.#context.moveTo(...this.#last!);
    this.#context.lineTo(...to);
    this.#context.stroke();
    this.#last = to;
  }
}

/** A digit `[784]` in [−1, 1] as a canvas of 28 × 28. */
export function pictureOf(digit: ArrayLike<number>, canvas = document.createElement("canvas")): HTMLCanvasElement {
  canvas.width = canvas.height = SIDE;
  const context = contextOf(canvas);
  const image = context.createImageData(SIDE, SIDE);
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    const level = Math.round(127.5 * (1 + digit[pixel]));
    image.data.set([level, level, level, 255], 4 * pixel);
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** What is on a pad as a digit `[784]` in [−1, 1]; all background where nothing is. */
function centred(pad: HTMLCanvasElement): Float32Array {
  const { data } = contextOf(pad).getImageData(0, 0, SIZE, SIZE);
  let [left, right, top, bottom, mass, x, y] = [SIZE, 0, SIZE, 0, 0, 0, 0];
  for (let at = 0; at < SIZE * SIZE; at++) {
    const ink = data[4 * at];
    if (ink < 64) continue;
    const [column, row] = [at % SIZE, Math.floor(at / SIZE)];
    [left, right] = [Math.min(left, column), Math.max(right, column)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
    mass += ink;
    x += ink * column;
    y += ink * row;
  }
  if (mass === 0) return new Float32Array(PIXELS).fill(-1);
  const scale = Math.min(LONGER / Math.max(right - left, bottom - top, 1), 2 / FINE);
  const small = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const context = contextOf(small);
  context.fillStyle = "black";
  context.fillRect(0, 0, SIDE, SIDE);
  context.imageSmoothingQuality = "high";
  const middle = SIDE / 2;
  context.drawImage(pad, middle - (x / mass) * scale, middle - (y / mass) * scale, SIZE * scale, SIZE * scale);
  const pixels = context.getImageData(0, 0, SIDE, SIDE).data;
  return Float32Array.from({ length: PIXELS }, (_, at) => pixels[4 * at] / 127.5 - 1);
}
