/** Points of one's own: drawn on the square, taken from a file, saved to one. */

import { readPoints, standardised } from "../../../../ebm/data/given.ts";
import { kernelDensity } from "../../../../ebm/measures/kernelDensity.ts";
import { showBanner } from "../../banner.ts";
import { byId } from "../../elements.ts";
import { Drawing } from "./drawing.ts";
import { csvOf, pointsOfWord, spiral, wordOfPoints, type Own } from "./own.ts";

/** Under which name a tab keeps the points of a file over a reload. */
const stored = "landscape points";

/** What the points of one's own ask for. */
export interface OwnDeeds {
  /** Learn from other points: a drawing in the words of the address, or "" for those of a file. */
  chosen(this: void, own: string): void;
  /** The drawing that is chosen. */
  now(this: void): string;
  /** Show points that are being drawn. */
  show(this: void, points: Own): void;
}

export class OwnPoints {
  readonly #drawing: Drawing;
  readonly #draw = byId("draw", HTMLButtonElement);
  readonly #about = byId("own-about", HTMLElement);

  constructor(readonly deeds: OwnDeeds) {
    this.#drawing = new Drawing(
      (points) => (this.#about.textContent = `${points.length / 2} points; “Done” learns them.`),
    );
    this.#draw.addEventListener("click", () => this.#toggle());
    byId("save-points", HTMLButtonElement).addEventListener("click", () => save(this.points()));
    const input = byId("csv", HTMLInputElement);
    input.addEventListener("change", () => void input.files?.[0].text().then((text) => this.#read(text, input)));
  }

  /** Those that are chosen: a drawing, those of a file, or a spiral. */
  points(): Own {
    const own = this.deeds.now();
    if (own !== "") return pointsOfWord(own);
    const file = sessionStorage.getItem(stored);
    return file === null ? spiral : Float32Array.from(JSON.parse(file) as number[]);
  }

  #toggle(): void {
    const begins = this.#draw.ariaPressed !== "true";
    this.#draw.ariaPressed = String(begins);
    this.#draw.textContent = begins ? "Done" : "Draw";
    if (begins) {
      this.#drawing.begin();
      this.#about.textContent = "Draw on the square, with the button or a finger down.";
      return;
    }
    const points = this.#drawing.end();
    this.#about.textContent = "Drawn points go into the link; those of a file stay in this browser.";
    if (points !== null && this.#usable(points)) this.deeds.chosen(wordOfPoints(points));
  }

  #read(text: string, input: HTMLInputElement): void {
    const { name } = input.files![0];
    input.value = "";
    try {
      const points = readPoints(text, name);
      if (!this.#usable(points)) return;
      sessionStorage.setItem(stored, JSON.stringify([...points]));
      this.#about.textContent = `${points.length / 2} points of ${name}; they stay in this browser.`;
      this.deeds.chosen("");
    } catch (error) {
      showBanner("No points", [(error as Error).message]);
    }
  }

  /** Whether points have a density: they must not lie on a line. */
  #usable(points: Own): boolean {
    try {
      kernelDensity([...standardised(points)], 1);
      return true;
    } catch {
      showBanner("Not enough points", ["They lie on a line, or in one place: draw some more."]);
      return false;
    }
  }
}

function save(points: Own): void {
  const url = URL.createObjectURL(new Blob([csvOf(points)], { type: "text/csv" }));
  Object.assign(document.createElement("a"), { href: url, download: "points.csv" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
