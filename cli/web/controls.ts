/** The controls of settings, made from the fields that describe them: a slider of round values, the exact number, what it means. */

import type { Field, Fields } from "../../ebm/index.ts";
import { leaves, legalValues, valueAt } from "../config/fields.ts";
import { readAssignment } from "../config/assignment.ts";
import { nearestStop, type Knob } from "./knob.ts";

export type Value = number | string | boolean;

/** Where controls take their fields and values from. */
export interface Values {
  fields: Fields;
  /** The value that a setting has now. */
  now(this: void, path: string): Value;
  /** The value that it can be brought back to. */
  standard(this: void, path: string): Value;
}

/** A setting that was typed, as the command line reads it after --set. Throws a Failure naming the legal values, with `where` before it. */
export const readSetting = (fields: Fields, path: string, word: string, where = `address: ${path}=${word}`): Value =>
  valueAt(readAssignment(fields, `${path}=${word}`, where), path) as Value;

/** A control in the page, which can be brought up to date. */
interface Control {
  show(values: Values): void;
}

export class Controls {
  readonly #controls: Control[] = [];
  #values: Values;

  /** `changed` is called with a legal value once a person has settled on it. */
  constructor(
    values: Values,
    readonly changed: (path: string, value: Value) => void,
  ) {
    this.#values = values;
  }

  /** Adds controls to a place of the page, for those knobs that are settings. */
  add(place: HTMLElement, knobs: readonly Knob[]): void {
    const fields = leaves(this.#values.fields);
    for (const knob of knobs) {
      const field = fields.get(knob.path);
      if (field === undefined) continue;
      const row = document.createElement("div");
      row.className = "knob";
      const control =
        field.kind === "choice" || field.kind === "boolean"
          ? this.#choice(row, knob, field.kind === "choice" ? field.values : ["true", "false"], field)
          : this.#number(row, knob, field);
      this.#controls.push({
        show(values) {
          row.hidden = !(knob.matters?.(values.now) ?? true);
          control.show(values);
        },
      });
      place.append(row);
    }
    this.show(this.#values);
  }

  show(values: Values): void {
    this.#values = values;
    for (const control of this.#controls) control.show(values);
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
    const back = backButton(name, () => this.changed(path, this.#values.standard(path)));
    const about = aboutOf(id, field);
    exact.setAttribute("aria-describedby", about.id);
    row.append(label, exact, back, slider, about);

    slider.addEventListener("input", () => {
      exact.value = slider.ariaValueText = String(stops![slider.valueAsNumber]);
    });
    slider.addEventListener("change", () => this.#settle(path, exact, about, field));
    exact.addEventListener("change", () => this.#settle(path, exact, about, field));
    return {
      show: (values) => {
        const value = values.now(path);
        exact.value = slider.ariaValueText = String(value);
        slider.value = String(nearestStop(stops ?? [], Number(value)));
        clear(exact, about, field);
        showBack(back, values, path);
      },
    };
  }

  #choice(row: HTMLElement, { path, name }: Knob, values: readonly string[], field: Field): Control {
    const id = idOf(path);
    const select = Object.assign(document.createElement("select"), { id });
    select.append(...values.map((value) => new Option(value)));
    const back = backButton(name, () => this.changed(path, this.#values.standard(path)));
    const about = aboutOf(id, field);
    select.setAttribute("aria-describedby", about.id);
    row.append(labelOf(name, id), select, back, about);
    select.addEventListener("change", () => {
      this.changed(path, field.kind === "boolean" ? select.value === "true" : select.value);
    });
    return {
      show: (values) => {
        select.value = String(values.now(path));
        showBack(back, values, path);
      },
    };
  }

  /** Takes what was typed if it is legal; else says what would be. */
  #settle(path: string, input: HTMLInputElement, about: HTMLElement, field: Field): void {
    try {
      const value = readSetting(this.#values.fields, path, input.value.trim(), path);
      clear(input, about, field);
      this.changed(path, value);
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
function showBack(button: HTMLButtonElement, values: Values, path: string): void {
  const value = values.standard(path);
  button.hidden = value === values.now(path);
  button.textContent = `↺ ${value}`;
  button.ariaLabel = `${button.dataset.name} back to ${value}, as it was`;
}

function clear(input: HTMLInputElement, about: HTMLElement, field: Field): void {
  input.removeAttribute("aria-invalid");
  about.textContent = meaning(field);
}
