/** The sampler arena: joins what a person chooses, what the worker tells, and what is drawn. */

import { planarTargets } from "../../../../ebm/index.ts";
import { hideBanner, tellProblems } from "../../banner.ts";
import { onOtherColours } from "../../colours.ts";
import { byId } from "../../elements.ts";
import { Link } from "../../link.ts";
import type { Entered, Visit } from "../../rooms.ts";
import { Toolbar } from "../../toolbar.ts";
import { raceOf, wordsOf } from "./address.ts";
import { withRacer, withSetting } from "./choices.ts";
import { Entry } from "./entry.ts";
import { RacerPanel } from "./panel.ts";
import { sceneryOf } from "./picture.ts";
import type { News, Race, Wish } from "./protocol.ts";
import { racers } from "./racers.ts";
import "./room.css";
import markup from "./room.html?raw";
import { showTable } from "./table.ts";

/** Milliseconds between two pictures for who asks for less motion. */
const STILL = 1000;

export function enter(place: HTMLElement, visit: Visit): Entered {
  place.innerHTML = markup;
  return new ArenaRoom(visit);
}

class ArenaRoom implements Entered {
  #race: Race;
  /** Counts what has been opened, so that late news of what was there before are passed over. */
  #generation = 0;
  #panels: readonly RacerPanel[] = [];
  readonly #visit: Visit;
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #link: Link<Wish, News>;
  readonly #toolbar: Toolbar;
  readonly #entry: Entry;

  constructor(visit: Visit) {
    this.#visit = visit;
    const { race, problems } = raceOf(visit.words);
    this.#race = race;
    this.#link = new Link<Wish, News>({
      worker: "arena",
      hear: (news) => this.#hear(news),
      again: () => this.#begin({ kept: true }),
      left: visit.left,
    });
    this.#toolbar = new Toolbar(
      "One step of every sampler",
      {
        pace: () => this.#sendPace(),
        step: () => this.#link.send({ kind: "step" }),
        reset: () => this.#begin(),
        seed: (seed) => this.#choose({ ...this.#race, seed }),
      },
      visit.left,
    );
    this.#entry = new Entry(race, {
      setting: (path, value) => this.#choose(withSetting(this.#race, path, value)),
      racer: (name, taken) => this.#choose(withRacer(this.#race, name, taken)),
    });
    this.#listen(visit.left);
    this.#begin({ kept: true });
    tellProblems(problems);
  }

  /** Goes to the race of another address. */
  arrive(words: URLSearchParams): void {
    const { race, problems } = raceOf(words);
    this.#choose(race);
    tellProblems(problems);
  }

  #listen(left: AbortSignal): void {
    onOtherColours(left, () => this.#redraw());
    const sizes = new ResizeObserver(() => this.#redraw());
    sizes.observe(byId("track", HTMLElement));
    left.addEventListener("abort", () => sizes.disconnect());
  }

  #choose(next: Race): void {
    this.#race = next;
    this.#visit.write(wordsOf(next));
    this.#entry.show(next);
    this.#begin();
  }

  /** Lines up all chains anew, or where this browser has kept the same race. */
  #begin({ kept = false } = {}): void {
    hideBanner();
    busy("Compiling shaders …");
    byId("going-on", HTMLElement).textContent = "";
    this.#link.send({ kind: "open", race: this.#race, kept, generation: ++this.#generation });
    const scenery = sceneryOf(planarTargets[this.#race.target]);
    const chosen = racers.filter(({ name }) => this.#race.racers.includes(name));
    this.#panels = chosen.map((racer) => new RacerPanel(racer, scenery));
    byId("track", HTMLElement).replaceChildren(...this.#panels.map(({ element }) => element));
    this.#redraw();
    showTable(byId("table", HTMLTableElement), this.#panels);
    this.#toolbar.showSeed(this.#race.seed);
    this.#sendPace();
  }

  #sendPace(): void {
    this.#link.send({ kind: "pace", running: this.#toolbar.running });
  }

  /** Draws what is new. */
  #draw(): void {
    for (const panel of this.#panels) panel.draw();
  }

  #redraw(): void {
    for (const panel of this.#panels) panel.refresh();
    this.#draw();
  }

  #hear(news: News): void {
    if ("generation" in news && news.generation !== this.#generation) return;
    switch (news.kind) {
      case "lap":
        this.#panels.find(({ racer }) => racer.name === news.racer)?.take(news.lap);
        if (!this.#still.matches) requestAnimationFrame(() => this.#draw());
        break;
      case "goes on":
        byId("going-on", HTMLElement).textContent =
          `Goes on after ${news.steps.toLocaleString("en")} steps, as this browser has kept it; “Reset” begins anew.`;
        this.#draw();
        showTable(byId("table", HTMLTableElement), this.#panels);
        break;
      case "round":
        this.#show();
        break;
      case "trouble":
        busy("");
        break;
      default:
    }
  }

  /** Draws a round, and asks for the next once it is on the screen. */
  #show(): void {
    busy("");
    const generation = this.#generation;
    const next = (): void => {
      if (this.#visit.left.aborted) return;
      this.#draw();
      showTable(byId("table", HTMLTableElement), this.#panels);
      if (generation === this.#generation) this.#link.send({ kind: "drawn" });
    };
    if (this.#still.matches) setTimeout(next, STILL);
    else requestAnimationFrame(next);
  }
}

/** Says beside the bar what keeps the race from going on. */
function busy(words: string): void {
  byId("race-busy", HTMLElement).textContent = words;
}
