/** The bar over a room's picture: play, step, start over, seed; and the same by keys. */

import { byId } from "./elements.ts";
import markup from "./toolbar.html?raw";

/** What the bar asks for. */
export interface Deeds {
  /** Whether it is running may have changed. */
  pace: () => void;
  /** One step, after which nothing runs. */
  step: () => void;
  reset: () => void;
  seed: (seed: number) => void;
}

/** The controls at the head of the element `bar`, and whether a person has them play; they do at first. */
export class Toolbar {
  #playing = true;
  readonly #play: HTMLButtonElement;
  readonly #seed: HTMLInputElement;

  /** `unit` says what a step is: `One update`. */
  constructor(
    unit: string,
    readonly deeds: Deeds,
    left: AbortSignal,
  ) {
    byId("bar", HTMLElement).insertAdjacentHTML("afterbegin", markup);
    this.#play = byId("play", HTMLButtonElement);
    this.#seed = byId("seed", HTMLInputElement);
    const step = byId("step", HTMLButtonElement);
    step.title = `${unit}, key .`;
    this.#play.addEventListener("click", () => this.#toggle());
    step.addEventListener("click", () => this.#step());
    byId("reset", HTMLButtonElement).addEventListener("click", () => deeds.reset());
    byId("dice", HTMLButtonElement).addEventListener("click", () => deeds.seed(Math.floor(Math.random() * 10_000)));
    this.#seed.addEventListener("change", () => this.#settle());
    addEventListener("keydown", (event) => this.#byKey(event), { signal: left });
    document.addEventListener("visibilitychange", () => deeds.pace(), { signal: left });
    this.#show();
  }

  /** Whether a person wants it to run. */
  get playing(): boolean {
    return this.#playing;
  }

  /** Whether it runs: a hidden tab rests. */
  get running(): boolean {
    return this.#playing && !document.hidden;
  }

  play(): void {
    this.#set(true);
  }

  pause(): void {
    this.#set(false);
  }

  showSeed(seed: number): void {
    this.#seed.value = String(seed);
    this.#seed.removeAttribute("aria-invalid");
  }

  #set(playing: boolean): void {
    this.#playing = playing;
    this.#show();
    this.deeds.pace();
  }

  #show(): void {
    this.#play.classList.toggle("running", this.#playing);
    this.#play.querySelector("span")!.textContent = this.#playing ? "Pause" : "Play";
  }

  #toggle(): void {
    this.#set(!this.#playing);
  }

  #step(): void {
    this.pause();
    this.deeds.step();
  }

  /** Takes what was typed if it is an integer from 0 up. */
  #settle(): void {
    const typed = this.#seed.value.trim();
    if (/^\d+$/.test(typed) && Number.isSafeInteger(Number(typed))) this.deeds.seed(Number(typed));
    else this.#seed.ariaInvalid = "true";
  }

  /** Keys are for the page only where no control has a use for them. */
  #byKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return;
    if (event.target.matches("input:not([type=radio], [type=checkbox], [type=range]), select, textarea")) return;
    const deed = { " ": () => this.#toggle(), ".": () => this.#step(), r: () => this.deeds.reset() }[event.key];
    if (deed === undefined || (event.key === " " && event.target.matches("button, input, summary"))) return;
    event.preventDefault();
    if (!event.repeat || event.key === ".") deed();
  }
}
