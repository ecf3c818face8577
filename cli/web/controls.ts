/** The controls of settings, made from the fields that describe them: a slider of round values, the exact number, what it means. */

import type { Field } from "../../ebm/index.ts";
import { leaves, legalValues } from "../config/fields.ts";
import { readAssignment } from "../config/assignment.ts";
import { chosenValue, fieldsOf, recipeValue, type Choices, type Value } from "./choices.ts";
import { nearestStop, type Knob } from "./knobs.ts";

/** A control in the page, which can be brought up to date. */
interface Control {
  show(choices: Choices): void;
}

export class Controls {
  readonly #controls: Control[] = [];
  #choices: Choices;

  /** `changed` is called with a legal value once a person has settled on it. */
  constructor(
    choices: Choices,
    readonly changed: (path: string, value: Value) => void,
  ) {
    this.#choices = choices;
  }

  /** Adds controls to a place of the page. */
  add(place: HTMLElement, knobs: readonly Knob[]): void {
    const fields = leaves(fieldsOf(this.#choices));
    for (const knob of knobs) {
      const field = fields.get(knob.path)!;
      const row = document.createElement("div");
      row.className = "knob";
      const control =
        field.kind === "choice" || field.kind === "boolean"
          ? this.#choice(row, knob, field.kind === "choice" ? field.values : ["true", "false"], field)
          : this.#number(row, knob, field);
      this.#controls.push(control);
      place.append(row);
    }
    this.show(this.#choices);
  }

  show(choices: Choices): void {
    this.#choices = choices;
    for (const control of this.#controls) control.show(choices);
  }

  #number(row: HTMLElement, { path, name, stops }: Knob, field: Field): Control {
    const id = idOf(path);
    const label = labelOf(name, id);
    const exact = Object.assign(document.createElement("input"), { id, type: "text", inputMode: "decimal" });
    exact.autocomplete = "off";
    const slider = Object.assign(document.createElement("input"), {
      ...{ type: "range", min: "0", max: String((stops?.length ?? 1) - 1), step: "1" },
      ariaLabel: `${name}, slider`,
    });
    const back = backButton(name, () => this.changed(path, recipeValue(this.#choices, path)));
    const about = aboutOf(id, field);
    exact.setAttribute("aria-describedby", about.id);
    row.append(label, exact, back, slider, about);

    slider.addEventListener("input", () => {
      exact.value = slider.ariaValueText = String(stops![slider.valueAsNumber]);
    });
    slider.addEventListener("change", () => this.#settle(path, exact, about, field));
    exact.addEventListener("change", () => this.#settle(path, exact, about, field));
    return {
      show: (choices) => {
        const value = chosenValue(choices, path);
        exact.value = slider.ariaValueText = String(value);
        slider.value = String(nearestStop(stops ?? [], Number(value)));
        clear(exact, about, field);
        showBack(back, choices, path);
      },
    };
  }

  #choice(row: HTMLElement, { path, name }: Knob, values: readonly string[], field: Field): Control {
    const id = idOf(path);
    const select = Object.assign(document.createElement("select"), { id });
    select.append(...values.map((value) => new Option(value)));
    const back = backButton(name, () => this.changed(path, recipeValue(this.#choices, path)));
    const about = aboutOf(id, field);
    select.setAttribute("aria-describedby", about.id);
    row.append(labelOf(name, id), select, back, about);
    select.addEventListener("change", () => {
      this.changed(path, field.kind === "boolean" ? select.value === "true" : select.value);
    });
    return {
      show: (choices) => {
        select.value = String(chosenValue(choices, path));
        showBack(back, choices, path);
      },
    };
  }

  /** Takes what was typed if it is legal; else says what would be. */
  #settle(path: string, input: HTMLInputElement, about: HTMLElement, field: Field): void {
    try {
      const read = readAssignment(fieldsOf(this.#choices), `${path}=${input.value.trim()}`, path);
      const value = path.split(".").reduce<unknown>((group, key) => (group as Record<string, unknown>)[key], read);
      clear(input, about, field);
      this.changed(path, value as Value);
    } catch {
      input.ariaInvalid = "true";
      about.textContent = `expected ${legalValues(field)}`;
    }
  }
}

const idOf = (path: string): string => `setting-${path.replaceAll(".", "-")}`;

function labelOf(name: string, id: string): HTMLLabelElement {
  const label = document.createElement("label");
  label.htmlFor = id;
  label.textContent = name;
  return label;
}

function aboutOf(id: string, field: Field): HTMLElement {
  const about = Object.assign(document.createElement("small"), { id: `${id}-about` });
  about.textContent = meaning(field);
  return about;
}

const meaning = (field: Field): string =>
  "unit" in field && field.unit !== undefined ? `${field.about} (${field.unit})` : field.about;

function backButton(name: string, press: () => void): HTMLButtonElement {
  const button = Object.assign(document.createElement("button"), { type: "button", className: "back", hidden: true });
  button.dataset.name = name;
  button.addEventListener("click", press);
  return button;
}

/** Offers the way back to the recipe's value, where there is another. */
function showBack(button: HTMLButtonElement, choices: Choices, path: string): void {
  const value = recipeValue(choices, path);
  button.hidden = value === chosenValue(choices, path);
  button.textContent = `↺ ${value}`;
  button.ariaLabel = `${button.dataset.name} back to ${value}, as in the recipe`;
}

function clear(input: HTMLInputElement, about: HTMLElement, field: Field): void {
  input.removeAttribute("aria-invalid");
  about.textContent = meaning(field);
}
