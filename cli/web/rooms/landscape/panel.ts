/** The settings: data and way of learning, which are recipes; the knobs; and how to pass it all on. */

import { temperatureOf } from "../../../../ebm/index.ts";
import { significant } from "../../../progress/line.ts";
import { copy } from "../../clipboard.ts";
import { Controls, type Value } from "../../controls.ts";
import { chosenValue, offered, recipeOf, valuesOf, type Choices } from "./choices.ts";
import { commandOf } from "./command.ts";
import { byId, check, segments } from "../../elements.ts";
import { knobs, moreKnobs } from "./knobs.ts";

/** What the panel asks for. */
export interface PanelDeeds {
  recipe: (name: string) => void;
  setting: (path: string, value: Value) => void;
}

export class Panel {
  readonly #controls: Controls;
  #choices: Choices;

  constructor(choices: Choices, deeds: PanelDeeds) {
    this.#choices = choices;
    this.#controls = new Controls(valuesOf(choices), deeds.setting);
    this.#controls.add(byId("knobs", HTMLElement), knobs);
    this.#controls.add(byId("more-knobs", HTMLElement), moreKnobs);
    const offer = (key: "data" | "learning", value: string): void => {
      const wanted = { ...offeredFor(this.#choices), [key]: value };
      deeds.recipe(offered.find(({ data, learning }) => data === wanted.data && learning === wanted.learning)!.recipe);
    };
    segments(byId("data", HTMLElement), "data", distinct("data"), (value) => offer("data", value));
    segments(byId("way", HTMLElement), "way", distinct("learning"), (value) => offer("learning", value));
    byId("copy-link", HTMLButtonElement).addEventListener("click", () => void copy(location.href, "link"));
    byId("copy-command", HTMLButtonElement).addEventListener("click", () => {
      void copy(commandOf(this.#choices), "command");
    });
    this.show(choices);
  }

  show(choices: Choices): void {
    this.#choices = choices;
    this.#controls.show(valuesOf(choices));
    const { data, learning } = offeredFor(choices);
    check("data", data);
    check("way", learning);
    const { summary, source } = recipeOf(choices);
    // After a semicolon stands how long it takes on the command line.
    const [what] = summary.split(";");
    byId("summary", HTMLElement).textContent = `${what.charAt(0).toUpperCase()}${what.slice(1)}.`;
    byId("source", HTMLElement).textContent = `After ${source}`;
    byId("command", HTMLElement).textContent = commandOf(choices);
    const [stepSize, noise] = ["sampler.stepSize", "sampler.noise"].map((path) => Number(chosenValue(choices, path)));
    const temperature = temperatureOf({ stepSize, noise });
    byId("temperature", HTMLOutputElement).textContent =
      noise === 0 ? "none: without noise, chains only descend" : significant(temperature);
  }
}

const offeredFor = ({ recipe }: Choices): (typeof offered)[number] => offered.find((one) => one.recipe === recipe)!;

const distinct = (key: "data" | "learning"): string[] => [...new Set(offered.map((one) => one[key]))];
