/** The bar over the picture: play, step, start over, seed; and the same by keys. */

import { readAssignment } from "../../../config/assignment.ts";
import { fieldsOf, chosenValue, type Choices } from "./choices.ts";
import { byId } from "../../elements.ts";

/** What the bar asks for. */
export interface Deeds {
  toggle: () => void;
  step: () => void;
  reset: () => void;
  seed: (seed: number) => void;
}

export class Toolbar {
  readonly #play = byId("play", HTMLButtonElement);
  readonly #seed = byId("seed", HTMLInputElement);
  #choices: Choices;

  constructor(choices: Choices, deeds: Deeds, left: AbortSignal) {
    this.#choices = choices;
    this.#play.addEventListener("click", () => deeds.toggle());
    byId("step", HTMLButtonElement).addEventListener("click", () => deeds.step());
    byId("reset", HTMLButtonElement).addEventListener("click", () => deeds.reset());
    byId("dice", HTMLButtonElement).addEventListener("click", () => deeds.seed(Math.floor(Math.random() * 10_000)));
    this.#seed.addEventListener("change", () => this.#settle(deeds));
    addEventListener("keydown", (event) => byKey(event, deeds), { signal: left });
  }

  show(choices: Choices, running: boolean): void {
    this.#choices = choices;
    this.#seed.value = String(chosenValue(choices, "seed"));
    this.#seed.removeAttribute("aria-invalid");
    this.#play.classList.toggle("running", running);
    this.#play.querySelector("span")!.textContent = running ? "Pause" : "Play";
  }

  #settle(deeds: Deeds): void {
    try {
      deeds.seed(Number(readAssignment(fieldsOf(this.#choices), `seed=${this.#seed.value.trim()}`).seed));
    } catch {
      this.#seed.ariaInvalid = "true";
    }
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
