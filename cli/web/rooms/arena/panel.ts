/** What is seen of one sampler: its name, its pictures, and a verdict. */

import { drawChains, drawMarginal, type Scenery } from "./picture.ts";
import type { Lap } from "./protocol.ts";
import type { Racer } from "./racers.ts";
import { standingOf, verdict } from "./words.ts";

export class RacerPanel {
  readonly element = document.createElement("article");
  readonly #verdict = document.createElement("p");
  readonly #steps = document.createElement("small");
  readonly #canvases: Readonly<Record<"chains" | "across" | "up", HTMLCanvasElement>>;
  #lap: Lap | null = null;
  #scores: Lap["scores"] = null;
  #stale = true;

  constructor(
    readonly racer: Racer,
    readonly scenery: Scenery,
  ) {
    const canvas = (name: string, label: string): HTMLCanvasElement =>
      Object.assign(document.createElement("canvas"), { className: name, role: "img", ariaLabel: label });
    this.#canvases = {
      chains: canvas("chains", `The chains of ${racer.title} on the energy of the ${scenery.target.name}`),
      across: canvas("across", `Histogram of x by ${racer.title}, and the true density`),
      up: canvas("up", `Histogram of y by ${racer.title}, and the true density`),
    };
    const heading = Object.assign(document.createElement("h2"), { textContent: racer.title });
    const step = Object.assign(document.createElement("small"), { textContent: racer.step });
    const head = document.createElement("header");
    head.append(heading, this.#steps, step);
    const track = document.createElement("div");
    track.className = "track";
    track.append(this.#canvases.across, this.#canvases.chains, this.#canvases.up);
    this.element.className = "racer";
    this.element.ariaLabel = racer.title;
    this.element.title = `${racer.title} ${racer.about}.`;
    this.element.append(head, track, this.#verdict);
    this.#say();
  }

  get scores(): Lap["scores"] {
    return this.#scores;
  }

  get steps(): number {
    return this.#lap?.steps ?? 0;
  }

  take(lap: Lap): void {
    this.#lap = lap;
    this.#stale = true;
    if (lap.scores !== null) this.#scores = lap.scores;
    this.#say();
  }

  /** Has everything drawn again. */
  refresh(): void {
    this.#stale = true;
  }

  draw(): void {
    if (!this.#stale) return;
    this.#stale = false;
    const { marginals } = this.scenery;
    drawChains(this.#canvases.chains, this.scenery, this.#lap);
    drawMarginal(this.#canvases.across, marginals[0], this.#lap?.histograms[0] ?? null, false);
    drawMarginal(this.#canvases.up, marginals[1], this.#lap?.histograms[1] ?? null, true);
  }

  #say(): void {
    this.#verdict.className = `standing ${standingOf(this.#scores)}`;
    this.#verdict.textContent = verdict(this.#scores);
    this.#steps.textContent = `${this.steps.toLocaleString("en")} steps`;
  }
}
