/** The settings: data and way of learning, which are recipes; the knobs; and how to pass it all on. */

import { temperatureOf } from "../../../../ebm/index.ts";
import { significant } from "../../../progress/line.ts";
import { writeAddress } from "../../address.ts";
import { changeWords } from "../../changes.ts";
import { copyByButton } from "../../clipboard.ts";
import { Controls, type Value } from "../../controls.ts";
import {
  chosenValue,
  dataSets,
  isOwn,
  knows,
  learningNow,
  offered,
  recipeOf,
  summaryOf,
  valuesOf,
  type Choices,
} from "./choices.ts";
import { wordsOf } from "./address.ts";
import { commandOf } from "./command.ts";
import { byId, check, inputsNamed, segments } from "../../elements.ts";
import { knobs, moreKnobs } from "./knobs.ts";

/** What the panel asks for. */
export interface PanelDeeds {
  /** another data set, or another way of learning */
  data: (data: string, learning: string) => void;
  setting: (path: string, value: Value) => void;
}

export class Panel {
  #controls: Controls;
  #choices: Choices;

  constructor(
    choices: Choices,
    readonly deeds: PanelDeeds,
  ) {
    this.#choices = choices;
    this.#controls = this.#build();
    const names = Object.values(dataSets);
    segments(byId("data", HTMLElement), "data", names, (name) =>
      deeds.data(Object.keys(dataSets)[names.indexOf(name)], learningNow(this.#choices)),
    );
    const ways = [...new Set(offered.map(({ learning }) => learning))];
    segments(byId("way", HTMLElement), "way", ways, (way) => deeds.data(dataNow(this.#choices), way));
    copyByButton("link", () => location.href);
    copyByButton("command", () => commandOf(this.#choices));
    this.show(choices);
  }

  show(choices: Choices): void {
    const other = recipeOf(choices).system !== recipeOf(this.#choices).system;
    this.#choices = choices;
    if (other) this.#controls = this.#build();
    this.#controls.show(valuesOf(choices));
    check("data", dataSets[dataNow(choices)]);
    check("way", learningNow(choices));
    for (const input of inputsNamed("data"))
      input.disabled = !knows(
        choices,
        Object.keys(dataSets).find((name) => dataSets[name] === input.value)!,
      );
    byId("own", HTMLElement).hidden = !isOwn(choices);
    byId("summary", HTMLElement).textContent = summaryOf(choices);
    byId("source", HTMLElement).textContent = `After ${recipeOf(choices).source}`;
    byId("command", HTMLElement).textContent = commandOf(choices);
    const { recipe, changes } = choices;
    const run = byId("as-run", HTMLAnchorElement);
    run.href = `#${writeAddress("run", { recipe, ...changeWords(changes) })}`;
    run.hidden = isOwn(choices);
    byId("to-source", HTMLAnchorElement).href = `#${writeAddress("source", wordsOf(choices))}`;
    const [stepSize, noise] = ["sampler.stepSize", "sampler.noise"].map((path) => Number(chosenValue(choices, path)));
    byId("temperature", HTMLOutputElement).textContent =
      noise === 0 ? "none: without noise, chains only descend" : significant(temperatureOf({ stepSize, noise }));
  }

  /** The controls of the present system. */
  #build(): Controls {
    const places = [byId("knobs", HTMLElement), byId("more-knobs", HTMLElement)];
    for (const place of places) place.replaceChildren();
    const controls = new Controls(valuesOf(this.#choices), this.deeds.setting);
    controls.add(places[0], knobs);
    controls.add(places[1], moreKnobs);
    return controls;
  }
}

const dataNow = (choices: Choices): string => String(chosenValue(choices, "data.name"));
