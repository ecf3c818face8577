/** Points of one's own: drawn on the square, taken from a file that is dropped or opened, saved to one. */

import { readPoints, standardised } from "../../../../ebm/data/given.ts";
import { kernelDensity } from "../../../../ebm/measures/kernelDensity.ts";
import { FormatError } from "../../../../nn/formatError.ts";
import { hideBanner, showBanner } from "../../banner.ts";
import { download } from "../../download.ts";
import { watchFiles, type Files } from "../../dropped.ts";
import { byId } from "../../elements.ts";
import { Drawing } from "./drawing.ts";
import { csvOf, pointsOfWord, spiral, wordOfPoints, type Own } from "./own.ts";

/** Under which name a tab keeps the points of a file over a reload. */
const stored = "landscape points";

const about =
  "Draw on the square, or drop a CSV anywhere. Drawn points go into the link; those of a file stay in this browser.";

/** What the points of one's own ask for. */
export interface OwnDeeds {
  /** Learn from other points: a drawing in the words of the address, or "" for those of a file. */
  chosen(this: void, own: string): void;
  /** Null where points of one's own can be learned from as things are, else why not. */
  obstacle(this: void): string | null;
  /** The drawing that is chosen. */
  now(this: void): string;
  /** Show points that are being drawn. */
  show(this: void, points: Own): void;
}

export class OwnPoints {
  readonly #drawing: Drawing;
  readonly #draw = byId("draw", HTMLButtonElement);
  readonly #about = byId("own-about", HTMLElement);

  constructor(
    readonly deeds: OwnDeeds,
    left: AbortSignal,
  ) {
    this.#about.textContent = about;
    this.#drawing = new Drawing((points) => {
      deeds.show(points);
      this.#about.textContent = `${points.length / 2} points; “Done” learns them.`;
    });
    this.#draw.addEventListener("click", () => this.#toggle());
    byId("save-points", HTMLButtonElement).addEventListener("click", () =>
      download("points.csv", csvOf(this.points()), "text/csv"),
    );
    watchFiles({
      ...{ place: byId("square", HTMLElement), bring: (files) => this.#bring(files), left },
      inputs: [byId("csv", HTMLInputElement)],
    });
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
    this.#about.textContent = about;
    if (points !== null && this.#usable(points)) this.deeds.chosen(wordOfPoints(points));
  }

  #bring(files: Files): void {
    hideBanner();
    try {
      const [name, text] = onlyText(files);
      const points = readPoints(text, name);
      const obstacle = this.deeds.obstacle();
      if (obstacle !== null) throw new FormatError(`${name}: ${obstacle}`);
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

/** The name and the text of the one file that was brought. */
function onlyText(files: Files): [name: string, text: string] {
  const [[name, bytes]] = files;
  if (files.size > 1)
    throw new FormatError(`points: expected one file, got ${files.size} (${[...files.keys()].join(", ")})`);
  try {
    return [name, new TextDecoder("utf-8", { fatal: true }).decode(bytes)];
  } catch {
    throw new FormatError(`${name}: expected lines of two numbers, got bytes that are no text`);
  }
}
