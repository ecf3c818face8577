/** The digits room: joins what a person draws and chooses, what the worker tells, and what is shown. */

import { significant } from "../../../progress/line.ts";
import { charts as shared } from "../../../run/charts.ts";
import { hideBanner, tellProblems } from "../../banner.ts";
import { changedSettings, changedValue, changedValues, trainCommand } from "../../changes.ts";
import { copyByButton } from "../../clipboard.ts";
import { onOtherColours } from "../../colours.ts";
import { Controls } from "../../controls.ts";
import { CurvesView, type Chart } from "../../curves.ts";
import { watchFiles, type Files } from "../../dropped.ts";
import { byId, check, segments } from "../../elements.ts";
import { Link } from "../../link.ts";
import type { Entered, Visit } from "../../rooms.ts";
import { Toolbar } from "../../toolbar.ts";
import { choicesOf, knobs, models, recipe, withSetting, wordsOf, type Choices, type ModelName } from "./choices.ts";
import { Pad } from "./pad.ts";
import { PIXELS, type News, type Seen, type Wish } from "./protocol.ts";
import "./room.css";
import markup from "./room.html?raw";
import { barsIn, drawDial, drawDigits, stage } from "./views.ts";
import { energyLine, percent, verdict } from "./words.ts";

/** Steps of a chain that leads a digit elsewhere, and after how many it is shown. */
const STEPS = 100;
const SHOWN = 10;
/** Milliseconds from one drawing of the curves to the next. */
const CURVES = 400;

const charts: readonly Chart[] = [
  {
    title: "Accuracy",
    about: "share that is classified right",
    optional: true,
    curves: [
      { key: "accuracy", label: "of the batch", colour: "--blue" },
      { key: "held_out", label: "of held-out digits", colour: "--orange" },
    ],
  },
  { ...shared.ds, optional: true },
];

const modelNames = Object.keys(models) as ModelName[];

const background = (): Float32Array => new Float32Array(PIXELS).fill(-1);

export function enter(place: HTMLElement, visit: Visit): Entered {
  place.innerHTML = markup;
  return new DigitsRoom(visit);
}

class DigitsRoom implements Entered {
  #choices: Choices;
  #generation = 0;
  /** The digit that is looked at. */
  #digit = background();
  #examples: { digits: Float32Array; classes: Uint8Array; next: number } | null = null;
  /** Whether nobody has done anything yet, and the first digit is to be led to another until somebody does. */
  #untouched = true;
  #leads = false;
  #energies: Float32Array | null = null;
  #seen: Seen | null = null;
  #ways = 0;
  /** The update that the model was opened at. */
  #openedAt = 0;
  /** Whether a run was dropped. */
  #brought = false;
  readonly #visit: Visit;
  readonly #link: Link<Wish, News>;
  readonly #toolbar: Toolbar;
  readonly #controls: Controls;
  readonly #curves = new CurvesView(byId("curves", HTMLElement), charts);
  readonly #pad: Pad;
  readonly #showBars = barsIn(byId("bars", HTMLElement));

  constructor(visit: Visit) {
    this.#visit = visit;
    const { choices, problems } = choicesOf(visit.words);
    this.#choices = choices;
    this.#link = new Link<Wish, News>({
      worker: "digits",
      hear: (news) => this.#hear(news),
      again: () => this.#begin({ fresh: false }),
      left: visit.left,
    });
    this.#toolbar = new Toolbar(
      "One update",
      {
        pace: () => this.#sendPace(),
        step: () => this.#link.send({ kind: "step" }),
        reset: () => this.#begin({ fresh: true }),
        seed: (seed) => this.#choose(withSetting(this.#choices, "seed", seed)),
      },
      visit.left,
    );
    this.#controls = new Controls(changedValues(recipe, choices.changes), (path, value) =>
      this.#choose(withSetting(this.#choices, path, value)),
    );
    this.#controls.add(byId("knobs", HTMLElement), knobs);
    this.#offerModels();
    this.#pad = new Pad(byId("pad", HTMLCanvasElement), (digit) => this.#take(digit));
    this.#listen(visit.left);
    this.#settle();
    this.#begin({ fresh: false });
    tellProblems(problems);
  }

  /** Goes to the choices of another address. */
  arrive(words: URLSearchParams): void {
    const { choices, problems } = choicesOf(words);
    this.#choose(choices);
    tellProblems(problems);
  }

  #listen(left: AbortSignal): void {
    const press = (id: string, deed: () => void): void => byId(id, HTMLButtonElement).addEventListener("click", deed);
    press("clear", () => {
      this.#pad.clear();
      byId("pad-hint", HTMLElement).hidden = false;
      this.#take(background());
    });
    press("example", () => this.#nextExample());
    press("downhill", () => this.#walk(null, new Float32Array(PIXELS)));
    press("fill", () => this.#fill());
    copyByButton("link", () => location.href);
    copyByButton("command", () => this.#command);
    byId("goals", HTMLElement).append(
      ...Array.from({ length: 10 }, (_, goal) => {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: String(goal) });
        button.addEventListener("click", () => this.#walk(goal, new Float32Array(PIXELS)));
        return button;
      }),
    );
    byId("pad", HTMLCanvasElement).addEventListener("pointerdown", () => (byId("pad-hint", HTMLElement).hidden = true));
    const redraw = (): void => {
      this.#curves.restyle();
      this.#drawDial();
    };
    onOtherColours(left, redraw);
    const timer = setInterval(() => this.#curves.draw(), CURVES);
    left.addEventListener("abort", () => clearInterval(timer));
    watchFiles({
      ...{ place: byId("drop", HTMLElement), bring: (files) => this.#bring(files), left },
      inputs: [byId("files", HTMLInputElement)],
    });
  }

  #bring(files: Files): void {
    hideBanner();
    this.#link.send({ kind: "bring", files });
  }

  #choose(next: Choices): void {
    this.#choices = next;
    this.#visit.write(wordsOf(next));
    this.#settle();
    this.#begin({ fresh: false });
  }

  /** A model that has learned already learns on when it is asked to; one of one's own at once. */
  #settle(): void {
    if (this.#choices.model === "own") this.#toolbar.play();
    else this.#toolbar.pause();
  }

  /** The models to choose from: a run only where one was dropped. */
  #offerModels(): void {
    const offered = modelNames.filter((name) => name !== "run" || this.#brought || this.#choices.model === "run");
    segments(
      byId("models", HTMLElement),
      "model",
      offered.map((name) => models[name]),
      (title) => this.#choose({ ...this.#choices, model: offered.find((name) => models[name] === title)! }),
    );
  }

  /** The command line that trains what is looked at. */
  get #command(): string {
    const { model, changes } = this.#choices;
    return model === "trained" ? "ebm train jem/mnist" : trainCommand(recipe, changes);
  }

  /** Opens what is chosen, from its beginning if `fresh`, else where this browser has kept it. */
  #begin({ fresh }: { fresh: boolean }): void {
    hideBanner();
    const { model, changes } = this.#choices;
    this.#curves.clear();
    byId("verdict", HTMLElement).textContent = "The model opens.";
    check("model", models[model]);
    this.#controls.show(changedValues(recipe, changes));
    byId("copy-command", HTMLButtonElement).hidden = model === "run";
    this.#link.send({
      ...{ kind: "open", model, fresh },
      settings: changedSettings(recipe, changes),
      generation: ++this.#generation,
    });
    this.#link.send({ kind: "look", digit: this.#digit });
    this.#toolbar.showSeed(Number(changedValue(recipe, changes, "seed")));
    this.#sendPace();
  }

  #sendPace(): void {
    this.#link.send({ kind: "pace", running: this.#toolbar.running });
  }

  /** Looks at another digit. */
  #take(digit: Float32Array): void {
    this.#untouched = this.#leads = false;
    this.#digit = digit;
    byId("stages", HTMLElement).replaceChildren();
    byId("stages-hint", HTMLElement).hidden = false;
    this.#link.send({ kind: "look", digit });
  }

  #nextExample(): void {
    if (this.#examples === null) return;
    const { digits, classes, next } = this.#examples;
    this.#examples.next = (next + 1) % classes.length;
    const digit = digits.slice(next * PIXELS, (next + 1) * PIXELS);
    byId("pad-hint", HTMLElement).hidden = true;
    this.#pad.show(digit);
    this.#take(digit);
  }

  /** Leaves the upper half as it is; the lower begins as background. */
  #fill(): void {
    const kept = Float32Array.from({ length: PIXELS }, (_, at) => Number(at < PIXELS / 2));
    this.#walk(
      null,
      kept,
      this.#digit.map((pixel, at) => (kept[at] === 1 ? pixel : -1)),
    );
  }

  #walk(goal: number | null, kept: Float32Array, from = this.#digit): void {
    this.#untouched = this.#leads = false;
    const begun = this.#seen === null || from !== this.#digit ? [] : [stage(from, 0, this.#seen)];
    byId("stages", HTMLElement).replaceChildren(...begun);
    byId("stages-hint", HTMLElement).hidden = true;
    byId("pad-hint", HTMLElement).hidden = true;
    this.#link.send({ kind: "walk", way: { from, kept, goal, steps: STEPS, seed: this.#ways++ } });
  }

  #hear(news: News): void {
    if ("generation" in news && news.generation !== this.#generation) return;
    switch (news.kind) {
      case "opened":
        this.#open(news);
        break;
      case "brought":
        this.#brought = true;
        this.#offerModels();
        this.#choose({ model: "run", changes: {} });
        break;
      case "frame":
        this.#frame(news);
        break;
      case "seen":
        this.#energies = news.energies;
        if (news.step > this.#openedAt) this.#curves.push({ step: news.step, held_out: news.accuracy });
        byId("accuracy", HTMLElement).textContent = percent(news.accuracy);
        this.#show(news.seen);
        if (this.#leads && news.seen.probabilities[3] > 0.5) this.#walk(8, new Float32Array(PIXELS));
        break;
      case "stage":
        this.#digit = news.digit;
        this.#pad.show(news.digit);
        this.#show(news.seen);
        if (news.steps % SHOWN === 0) byId("stages", HTMLElement).append(stage(news.digit, news.steps, news.seen));
        break;
      default:
    }
  }

  #open({ model, step, about, examples, classes, past, dreams }: Extract<News, { kind: "opened" }>): void {
    byId("source", HTMLElement).textContent = about;
    this.#openedAt = step;
    const first = this.#examples === null;
    this.#examples = { digits: examples, classes, next: this.#examples?.next ?? 0 };
    for (const row of past ?? []) this.#curves.push(row);
    this.#showDreams(dreams);
    showStep(step, null);
    if (!first || !this.#untouched) return;
    // Something to look at before anybody draws; where it has learned already, a three that becomes an eight.
    const leads = model === "trained" && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.#examples.next = leads ? Math.max(0, classes.lastIndexOf(3)) : 0;
    this.#nextExample();
    this.#leads = leads;
  }

  #frame({ step, rate, rows, dreams }: Extract<News, { kind: "frame" }>): void {
    for (const row of rows) this.#curves.push(row);
    if (dreams !== null) this.#showDreams(dreams);
    showStep(step, rate);
    requestAnimationFrame(() => this.#link.send({ kind: "drawn" }));
  }

  #showDreams(dreams: Float32Array | null): void {
    byId("dreaming", HTMLElement).hidden = dreams === null;
    if (dreams !== null) drawDigits(byId("dreams", HTMLCanvasElement), dreams, 8);
  }

  #show(seen: Seen): void {
    this.#seen = seen;
    this.#showBars(seen);
    byId("energy", HTMLElement).textContent = energyLine(seen);
    byId("energy", HTMLElement).title = seen.energy.toPrecision(7);
    const said = verdict(seen);
    const place = byId("verdict", HTMLElement);
    if (place.textContent !== said) place.textContent = said;
    this.#drawDial();
  }

  #drawDial(): void {
    if (this.#energies !== null && this.#seen !== null)
      drawDial(byId("dial", HTMLCanvasElement), this.#energies, this.#seen.energy);
  }
}

function showStep(step: number, rate: number | null): void {
  byId("updates", HTMLElement).textContent = step.toLocaleString("en");
  byId("rate", HTMLElement).textContent = rate === null ? "" : `${significant(rate)}/s`;
}
