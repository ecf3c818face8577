/** Draws points on the square: under the pointer, as it goes. */

import { byId } from "../../elements.ts";
import { mostInLink, type Own } from "./own.ts";

/** The least way between two points of one stroke, as a share of the square's half. */
const APART = 0.03;
/** How far a point may lie from the pointer. */
const BRUSH = 0.035;

/** Collects points while it is open; `drawn` hears them all whenever there is one more. */
export class Drawing {
  #points: number[] = [];
  #open = false;

  constructor(readonly drawn: (points: Own) => void) {
    const square = byId("square", HTMLElement);
    let last: [number, number] | null = null;
    const add = (event: PointerEvent): void => {
      if (!this.#open || event.buttons === 0) return;
      event.preventDefault();
      const { left, top, width, height } = square.getBoundingClientRect();
      const at: [number, number] = [((event.clientX - left) / width) * 2 - 1, 1 - ((event.clientY - top) / height) * 2];
      if (last !== null && Math.hypot(at[0] - last[0], at[1] - last[1]) < APART) return;
      if (this.#points.length >= 2 * mostInLink) return;
      last = at;
      this.#points.push(...at.map((value) => Math.max(-1, Math.min(1, value + (Math.random() - 0.5) * 2 * BRUSH))));
      this.drawn(Float32Array.from(this.#points));
    };
    square.addEventListener("pointerdown", (event) => {
      last = null;
      if (this.#open) square.setPointerCapture(event.pointerId);
      add(event);
    });
    square.addEventListener("pointermove", add);
  }

  /** Begins a new drawing. */
  begin(): void {
    this.#points = [];
    this.#open = true;
    byId("square", HTMLElement).classList.add("drawing");
  }

  /** Ends it. Returns its points, null if they are fewer than 3. */
  end(): Own | null {
    this.#open = false;
    byId("square", HTMLElement).classList.remove("drawing");
    return this.#points.length < 6 ? null : Float32Array.from(this.#points);
  }
}
