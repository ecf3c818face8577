/** The bar over a room's picture: play, step, start over, seed; and the same by keys. */

import { byId } from "./elements.ts";

/** What the bar asks for. */
export interface Deeds {
  toggle: () => void;
  step: () => void;
  reset: () => void;
  seed: (seed: number) => void;
}

/** Of the elements `play`, `step`, `reset`, `seed` and `dice`. */
export class Toolbar {
  readonly #play = byId("play", HTMLButtonElement);
  readonly #seed = byId("seed", HTMLInputElement);

  constructor(deeds: Deeds, left: AbortSignal) {
    this.#play.addEventListener("click", () => deeds.toggle());
    byId("step", HTMLButtonElement).addEventListener("click", () => deeds.step());
    byId("reset", HTMLButtonElement).addEventListener("click", () => deeds.reset());
    byId("dice", HTMLButtonElement).addEventListener("click", () => deeds.seed(Math.floor(Math.random() * 10_000)));
    this.#seed.addEventListener("change", () => this.#settle(deeds));
    addEventListener("keydown", (event) => byKey(event, deeds), { signal: left });
  }

  show(seed: number, running: boolean): void {
    this.#seed.value = String(seed);
    this.#seed.removeAttribute("aria-invalid");
    this.#play.classList.toggle("running", running);
    this.#play.querySelector("span")!.textContent = running ? "Pause" : "Play";
  }

  /** Takes what was typed if it is an integer from 0 up. */
  #settle(deeds: Deeds): void {
    const typed = this.#seed.value.trim();
    if (/^\d+$/.test(typed) && Number.isSafeInteger(Number(typed))) deeds.seed(Number(typed));
    else this.#seed.ariaInvalid = "true";
  }
}

/** Keys are for the page only where no control has a use for them. */
function byKey(event: KeyboardEvent, deeds: Deeds): void {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return;
  if (event.target.matches("input:not([type=radio], [type=checkbox], [type=range]), select, textarea")) return;
  const deed = { " ": deeds.toggle, ".": deeds.step, r: deeds.reset }[event.key];
  if (deed === undefined || (event.key === " " && event.target.matches("button, input, summary"))) return;
  event.preventDefault();
  if (!event.repeat || event.key === ".") deed();
}
