/** The digits room: joins what a person draws and chooses, what the worker tells, and what is shown. */

import { significant } from "../../../progress/line.ts";
import { hideBanner, showBanner } from "../../banner.ts";
import {
  changedSettings,
  changedValue,
  changedValues,
  changeWords,
  trainCommand,
  withChange,
  type Changes,
} from "../../changes.ts";
import { copy } from "../../clipboard.ts";
import { Controls } from "../../controls.ts";
import { CurvesView, type Chart } from "../../curves.ts";
import { byId } from "../../elements.ts";
import { Link } from "../../link.ts";
import type { Entered, Visit } from "../../rooms.ts";
import { Toolbar } from "../../toolbar.ts";
import { chosen, dropped, type Files } from "../run/dropped.ts";
import { changesOf, knobs, recipe } from "./choices.ts";
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
    curves: [
      { name: "accuracy", label: "of the batch", colour: "--blue" },
      { name: "held_out", label: "of held-out digits", colour: "--orange" },
    ],
  },
  {
    title: "d_s",
    about: "mean energy of data less that of samples",
    zero: true,
    curves: [{ name: "d_s", label: "", colour: "--green" }],
  },
];

const background = (): Float32Array => new Float32Array(PIXELS).fill(-1);

export function enter(place: HTMLElement, visit: Visit): Entered {
  place.innerHTML = markup;
  return new DigitsRoom(visit);
}

class DigitsRoom implements Entered {
  #changes: Changes;
  #generation = 0;
  /** The digit that is looked at. */
  #digit = background();
  #examples: { digits: Float32Array; next: number } = { digits: new Float32Array(0), next: 0 };
  #energies: Float32Array | null = null;
  #seen: Seen | null = null;
  #ways = 0;
  readonly #visit: Visit;
  readonly #link: Link<Wish, News>;
  readonly #toolbar: Toolbar;
  readonly #controls: Controls;
  readonly #curves = new CurvesView(byId("curves", HTMLElement), charts);
  readonly #pad: Pad;
  readonly #showBars = barsIn(byId("bars", HTMLElement));

  constructor(visit: Visit) {
    this.#visit = visit;
    const { changes, problems } = changesOf(visit.words);
    this.#changes = changes;
    this.#link = new Link<Wish, News>({
      worker: "digits",
      hear: (news) => this.#hear(news),
      again: () => this.#begin(),
      left: visit.left,
    });
    this.#toolbar = new Toolbar(
      "One update",
      {
        pace: () => this.#sendPace(),
        step: () => this.#link.send({ kind: "step" }),
        reset: () => this.#begin(),
        seed: (seed) => this.#choose(withChange(recipe, this.#changes, "seed", seed)),
      },
      visit.left,
    );
    this.#controls = new Controls(changedValues(recipe, changes), (path, value) =>
      this.#choose(withChange(recipe, this.#changes, path, value)),
    );
    this.#controls.add(byId("knobs", HTMLElement), knobs);
    this.#pad = new Pad(byId("pad", HTMLCanvasElement), (digit) => this.#take(digit));
    this.#listen(visit.left);
    this.#begin();
    tellProblems(problems);
  }

  /** Goes to the settings of another address. */
  arrive(words: URLSearchParams): void {
    const { changes, problems } = changesOf(words);
    this.#choose(changes);
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
    press("copy-link", () => void copy(location.href, "link"));
    press("copy-command", () => void copy(trainCommand(recipe, this.#changes), "command"));
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
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw, { signal: left });
    const timer = setInterval(() => this.#curves.draw(), CURVES);
    left.addEventListener("abort", () => clearInterval(timer));
    this.#listenForFiles();
  }

  #listenForFiles(): void {
    const drop = byId("drop", HTMLElement);
    const input = byId("files", HTMLInputElement);
    drop.addEventListener("dragover", (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
    drop.addEventListener("dragleave", () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      drop.classList.remove("over");
      if (event.dataTransfer !== null) void dropped(event.dataTransfer.items).then((files) => this.#bring(files));
    });
    input.addEventListener("change", () => void chosen(input).then((files) => this.#bring(files)));
  }

  #bring(files: Files): void {
    const brought = [...files].map(([path, bytes]) => ({ name: path.split("/").at(-1)!, bytes }));
    hideBanner();
    this.#link.send({ kind: "bring", files: brought });
  }

  #choose(next: Changes): void {
    this.#changes = next;
    this.#visit.write(changeWords(next));
    this.#controls.show(changedValues(recipe, next));
    this.#begin();
  }

  /** Opens what is chosen, from its seed. */
  #begin(): void {
    hideBanner();
    this.#curves.clear();
    byId("verdict", HTMLElement).textContent = "The model opens.";
    // Only the server of `ebm demo` has data beside the page.
    const server = location.hostname === "localhost" ? new URL("./", location.href).href : null;
    this.#link.send({
      kind: "open",
      settings: changedSettings(recipe, this.#changes),
      server,
      generation: ++this.#generation,
    });
    this.#link.send({ kind: "look", digit: this.#digit });
    this.#toolbar.showSeed(Number(changedValue(recipe, this.#changes, "seed")));
    this.#sendPace();
  }

  #sendPace(): void {
    this.#link.send({ kind: "pace", running: this.#toolbar.running });
  }

  /** Looks at another digit. */
  #take(digit: Float32Array): void {
    this.#digit = digit;
    byId("stages", HTMLElement).replaceChildren();
    byId("stages-hint", HTMLElement).hidden = false;
    this.#link.send({ kind: "look", digit });
  }

  #nextExample(): void {
    const { digits, next } = this.#examples;
    if (digits.length === 0) return;
    const count = digits.length / PIXELS;
    this.#examples.next = (next + 1) % count;
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
    byId("stages", HTMLElement).replaceChildren();
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
      case "frame":
        this.#frame(news);
        break;
      case "seen":
        this.#energies = news.energies;
        this.#curves.push({ step: news.step, held_out: news.accuracy });
        byId("accuracy", HTMLElement).textContent = percent(news.accuracy);
        this.#show(news.seen);
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

  #open({ step, data, examples }: Extract<News, { kind: "opened" }>): void {
    byId("source", HTMLElement).textContent = `Learns from ${data}.`;
    const first = this.#examples.digits.length === 0;
    this.#examples = { digits: examples, next: first ? 0 : this.#examples.next };
    showStep(step, null);
    // Something to look at before anybody draws.
    if (first && this.#digit.every((pixel) => pixel === -1)) this.#nextExample();
  }

  #frame({ step, rate, rows, dreams }: Extract<News, { kind: "frame" }>): void {
    for (const row of rows) this.#curves.push(row);
    if (dreams !== null) drawDigits(byId("dreams", HTMLCanvasElement), dreams, 8);
    showStep(step, rate);
    requestAnimationFrame(() => this.#link.send({ kind: "drawn" }));
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

function tellProblems(problems: readonly string[]): void {
  if (problems.length > 0) showBanner("Some of the address was left out", problems);
}
