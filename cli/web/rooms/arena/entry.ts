/** What is chosen beside the race: the target, who runs, and the knobs. */

import { planarTargets } from "../../../../ebm/index.ts";
import { writeAddress } from "../../address.ts";
import { copyByButton } from "../../clipboard.ts";
import { Controls, type Value } from "../../controls.ts";
import { byId, check, inputsNamed } from "../../elements.ts";
import { wordsOf } from "./address.ts";
import { knobs, targetNames, valuesOf } from "./choices.ts";
import { drawChains, sceneryOf } from "./picture.ts";
import type { Race } from "./protocol.ts";
import { racers } from "./racers.ts";

export interface EntryDeeds {
  setting: (path: string, value: Value) => void;
  racer: (name: string, taken: boolean) => void;
}

export class Entry {
  readonly #controls: Controls;

  constructor(race: Race, deeds: EntryDeeds) {
    this.#controls = new Controls(valuesOf(race), deeds.setting);
    this.#controls.add(byId("knobs", HTMLElement), knobs);
    byId("targets", HTMLElement).append(...targetNames.map((name) => thumbnail(name, deeds)));
    byId("entrants", HTMLElement).append(
      ...racers.map(({ name, title, about }) => {
        const label = Object.assign(document.createElement("label"), { title: about });
        const box = Object.assign(document.createElement("input"), { type: "checkbox", name: "racer", value: name });
        box.addEventListener("change", () => deeds.racer(name, box.checked));
        label.append(box, title);
        return label;
      }),
    );
    copyByButton("link", () => location.href);
    this.show(race);
  }

  show(race: Race): void {
    this.#controls.show(valuesOf(race));
    check("target", race.target);
    for (const box of inputsNamed("racer")) {
      box.checked = race.racers.includes(box.value);
      // A race needs somebody to run.
      box.disabled = box.checked && race.racers.length === 1;
    }
    byId("to-source", HTMLAnchorElement).href =
      `#${writeAddress("source", { ...wordsOf(race), part: race.racers[0] })}`;
    const { name, about } = planarTargets[race.target];
    byId("about", HTMLElement).textContent = `${name.charAt(0).toUpperCase()}${name.slice(1)}: ${about}.`;
  }
}

/** A target with its picture. */
function thumbnail(name: Race["target"], deeds: EntryDeeds): HTMLElement {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "target", value: name });
  input.addEventListener("change", () => deeds.setting("target", name));
  const canvas = Object.assign(document.createElement("canvas"), { ariaHidden: "true" });
  const scenery = sceneryOf(planarTargets[name]);
  new ResizeObserver(() => drawChains(canvas, scenery, null)).observe(canvas);
  const words = document.createElement("span");
  words.textContent = planarTargets[name].name.replace(" Gaussian", "");
  label.append(input, canvas, words);
  return label;
}
