/** The landscape lab: joins what a person chooses, what the worker tells, and what is drawn. */

import { significant } from "../../../progress/line.ts";
import { hideBanner, showBanner, tellProblems } from "../../banner.ts";
import { chainCharts, charts } from "../../charts.ts";
import { onOtherColours } from "../../colours.ts";
import { CurvesView } from "../../curves.ts";
import { byId } from "../../elements.ts";
import { Link } from "../../link.ts";
import type { Entered, Visit } from "../../rooms.ts";
import { Toolbar } from "../../toolbar.ts";
import { choicesOf, wordsOf } from "./address.ts";
import {
  chosenValue,
  isOwn,
  ownPointsObstacle,
  recipeOf,
  settingsOf,
  withData,
  withOwnPoints,
  withSetting,
  type Choices,
} from "./choices.ts";
import { LandscapeView } from "./landscape.ts";
import { OwnPoints } from "./ownPoints.ts";
import { Panel } from "./panel.ts";
import { planeOf } from "./plane.ts";
import { pointsOf } from "./points.ts";
import { watchPointer } from "./probe.ts";
import type { Frame, News, Opened, Wish } from "./protocol.ts";
import markup from "./room.html?raw";
import { longRunVerdict, onlyTruth, unknownTruth, verdict } from "./verdict.ts";
import { showView, watchView } from "./viewbar.ts";

/** Settings with which a training cannot go on, but begins anew. */
const beginnings = ["seed", "data.", "net."];

export function enter(place: HTMLElement, visit: Visit): Entered {
  place.innerHTML = markup;
  return new LandscapeRoom(visit);
}

class LandscapeRoom implements Entered {
  #choices: Choices;
  /** Counts what has been opened, so that late news of what was there before are passed over. */
  #generation = 0;
  /** The last divergences from the truth by name. */
  readonly #measures = new Map<string, number>();
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #visit: Visit;
  readonly #link: Link<Wish, News>;
  readonly #landscape: LandscapeView;
  readonly #curves = new CurvesView(byId("curves", HTMLElement), [...charts, ...chainCharts]);
  readonly #toolbar: Toolbar;
  readonly #panel: Panel;
  readonly #own: OwnPoints;
  readonly #learning = byId("learning", HTMLInputElement);
  /** Milliseconds from one drawing to the next, and when each was last drawn. */
  readonly #every = { square: 0, curves: 200 };
  readonly #last = { square: 0, curves: 0 };
  /** Steps of the chains in the last frame. */
  #steps = 0;

  constructor(visit: Visit) {
    this.#visit = visit;
    const { choices, problems } = choicesOf(visit.words);
    this.#choices = choices;
    this.#link = new Link<Wish, News>({
      worker: "landscape",
      hear: (news) => this.#hear(news),
      again: () => this.#begin(true, true),
      left: visit.left,
    });
    this.#landscape = new LandscapeView(canvases(), choices.view);
    this.#toolbar = new Toolbar(
      "One update",
      {
        pace: () => this.#sendPace(),
        step: () => this.#link.send({ kind: "step" }),
        reset: () => this.#begin(true),
        seed: (seed) => this.#choose(withSetting(this.#choices, "seed", seed)),
      },
      visit.left,
    );
    this.#panel = new Panel(choices, {
      data: (data, learning) => this.#choose(withData(this.#choices, data, learning)),
      setting: (path, value) => this.#choose(withSetting(this.#choices, path, value)),
    });
    this.#listen(visit.left);
    this.#own = new OwnPoints(
      {
        chosen: (own) => this.#choose({ ...withOwnPoints(this.#choices), own }, true),
        obstacle: () => ownPointsObstacle(this.#choices),
        now: () => this.#choices.own,
        show: (points) => this.#landscape.showDrawing(points),
      },
      visit.left,
    );
    this.#show();
    this.#begin(true, true);
    tellProblems(problems);
    requestAnimationFrame((now) => this.#draw(now));
  }

  /** Goes to the choices of another address. */
  arrive(words: URLSearchParams): void {
    const { choices, problems } = choicesOf(words);
    this.#choose(choices);
    tellProblems(problems);
  }

  #listen(left: AbortSignal): void {
    watchView((view) => this.#choose({ ...this.#choices, view }));
    this.#learning.addEventListener("change", () => this.#sendPace());
    onOtherColours(left, () => {
      this.#curves.restyle();
      this.#landscape.refresh();
    });
    watchPointer((across, down) => this.#landscape.probe(across, down));
  }

  /** Takes over other choices: what depends on them is opened, shown and written into the address. */
  #choose(next: Choices, anew = false): void {
    const before = this.#choices;
    this.#choices = next;
    this.#visit.write(wordsOf(next));
    this.#show();
    const changed = [...new Set([...Object.keys(before.changes), ...Object.keys(next.changes)])].filter(
      (path) => before.changes[path] !== next.changes[path],
    );
    const other = anew || before.recipe !== next.recipe || before.own !== next.own;
    if (other || changed.length > 0)
      this.#begin(other || changed.some((path) => beginnings.some((prefix) => path.startsWith(prefix))));
    else this.#sendPace();
  }

  /** Opens what is chosen, from its seed if `fresh`, or from what this browser has kept of it if `kept`. */
  #begin(fresh: boolean, kept = false): void {
    busy("Compiling shaders …");
    hideBanner();
    const settings = settingsOf(this.#choices);
    const points = isOwn(this.#choices) ? this.#own.points() : null;
    const model = { system: recipeOf(this.#choices).system, settings, points };
    this.#link.send({ kind: "open", model, fresh, kept, generation: ++this.#generation });
    if (fresh) byId("going-on", HTMLElement).textContent = "";
    if (fresh) {
      const plane = planeOf(settings, points);
      const data = pointsOf(plane, Number(chosenValue(this.#choices, "seed")));
      this.#landscape.begin(plane, data, !this.#still.matches);
      this.#curves.clear();
      this.#measures.clear();
      showStep(0, null);
      this.#showMeasures();
    }
    this.#sendPace();
  }

  #show(): void {
    this.#toolbar.showSeed(Number(chosenValue(this.#choices, "seed")));
    this.#panel.show(this.#choices);
    showView(this.#choices.view);
    byId("name-truth", HTMLElement).textContent = isOwn(this.#choices) ? "Data" : "Truth";
    byId("about-truth", HTMLElement).textContent = isOwn(this.#choices) ? "smoothed" : "what the data come from";
    this.#landscape.show(this.#choices.view);
  }

  #sendPace(): void {
    const { running } = this.#toolbar;
    const long = this.#choices.view.chains === "long";
    this.#link.send({ kind: "pace", pace: { running, learning: this.#learning.checked, long } });
  }

  #hear(news: News): void {
    if ("generation" in news && news.generation !== this.#generation) {
      // The worker waits to hear that its frame was drawn, even if nobody wants to see it any more.
      if (news.kind === "frame") this.#link.send({ kind: "drawn" });
      return;
    }
    switch (news.kind) {
      case "adapter":
        // There the processor draws the page as well as the model, and both must get along.
        Object.assign(this.#every, news.software ? { square: 80, curves: 500 } : {});
        break;
      case "opened":
        if (news.step === 0) this.#curves.clear();
        if (news.past !== null) this.#goOn(news.past, news.step);
        showStep(news.step, null);
        break;
      case "ready":
        busy(null);
        break;
      case "frame":
        this.#take(news);
        break;
      case "resting":
        break;
      case "trouble":
        if (news.cause === "no adapter") this.#showOnlyTruth();
        busy(null);
    }
  }

  /** Shows the past of what this browser has kept. */
  #goOn(past: Opened["past"] & object, step: number): void {
    this.#curves.clear();
    for (const row of past) {
      this.#curves.push(row);
      for (const [name, value] of Object.entries(row)) if (name.startsWith("kl_")) this.#measures.set(name, value);
    }
    const when = step.toLocaleString("en");
    byId("going-on", HTMLElement).textContent =
      `Goes on at update ${when}, as this browser has kept it; “Reset” begins anew.`;
  }

  #showOnlyTruth(): void {
    const view = { ...this.#choices.view, picture: "truth" as const };
    showView(view);
    this.#landscape.show(view);
    this.#toolbar.pause();
    byId("verdict", HTMLElement).textContent = onlyTruth;
  }

  /** Takes in a frame; it is drawn with the next picture of the screen. */
  #take({ step, rate, rows, chains, proposed, model, shortrun, measures }: Frame): void {
    const glide = chains.steps > this.#steps && !this.#still.matches;
    this.#landscape.showChains(chains.positions, proposed, glide);
    this.#steps = chains.steps;
    if (model !== null) this.#landscape.showDensity("model", model);
    if (shortrun !== null) this.#landscape.showDensity("shortrun", shortrun);
    for (const row of rows) {
      this.#curves.push(row);
      const strange = Object.keys(row).filter((name) => !Number.isFinite(row[name]));
      if (strange.length > 0 && this.#toolbar.playing) this.#diverged(row.step, strange);
    }
    if (Object.keys(measures).length > 0) this.#curves.push({ step, ...measures });
    for (const [name, value] of Object.entries(measures)) this.#measures.set(name, value);
    showStep(step, rate);
    const from = startWords(String(chosenValue(this.#choices, "start.kind")));
    byId("chain-steps", HTMLElement).textContent = `${chains.steps.toLocaleString("en")} steps from ${from}`;
    this.#showMeasures();
    requestAnimationFrame(() => this.#link.send({ kind: "drawn" }));
  }

  #diverged(step: number, names: readonly string[]): void {
    this.#toolbar.pause();
    const what = `At update ${step}, ${names.join(" and ")} ${names.length > 1 ? "are" : "is"} no number any more.`;
    showBanner("The chains have run away", [what, "Take a smaller step size or learning rate, then press “Reset”."]);
  }

  #showMeasures(): void {
    const long = this.#choices.view.chains === "long";
    const chains = long ? "kl_true_longrun" : "kl_true_shortrun";
    const known = (name: string): number | null => this.#measures.get(name) ?? null;
    const words = (name: string): string => (known(name) === null ? "KL –" : `KL ${significant(known(name)!)}`);
    byId("kl-model", HTMLElement).textContent = words("kl_true_model");
    byId("kl-shortrun", HTMLElement).textContent = words(chains);
    const judged = long ? longRunVerdict(known(chains)) : verdict(known("kl_true_model"), known(chains));
    const said = isOwn(this.#choices) ? unknownTruth : judged;
    // Written only when it changes: each writing is read aloud.
    const place = byId("verdict", HTMLElement);
    if (place.textContent !== said) place.textContent = said;
  }

  #draw(now: number): void {
    if (this.#visit.left.aborted) return;
    if (this.#due("square", now)) this.#landscape.draw(now);
    if (this.#due("curves", now)) this.#curves.draw();
    requestAnimationFrame((later) => this.#draw(later));
  }

  #due(what: "square" | "curves", now: number): boolean {
    if (now - this.#last[what] < this.#every[what]) return false;
    this.#last[what] = now;
    return true;
  }
}

const canvases = () => ({
  ground: byId("ground", HTMLCanvasElement),
  points: byId("points", HTMLCanvasElement),
  small: {
    truth: byId("small-truth", HTMLCanvasElement),
    model: byId("small-model", HTMLCanvasElement),
    shortrun: byId("small-shortrun", HTMLCanvasElement),
  },
  ends: [byId("dark-end", HTMLElement), byId("bright-end", HTMLElement)] as const,
});

/** Where the chains come from. */
const startWords = (kind: string): string =>
  kind === "persistent" ? "the replay buffer" : kind === "data" ? "data" : "noise";

function showStep(step: number, rate: number | null): void {
  byId("updates", HTMLElement).textContent = step.toLocaleString("en");
  byId("rate", HTMLElement).textContent = rate === null ? "" : `${significant(rate)}/s`;
}

/** Says over the picture what keeps it from moving, or nothing. */
function busy(words: string | null): void {
  const place = byId("busy", HTMLElement);
  place.hidden = words === null;
  place.textContent = words ?? "";
}
