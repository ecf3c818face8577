/** The run room: runs that this browser keeps; the one that is open with its curves and its report. */

import { significant } from "../../../progress/line.ts";
import { hideBanner } from "../../banner.ts";
import { charts } from "../../charts.ts";
import { onOtherColours } from "../../colours.ts";
import { CurvesView } from "../../curves.ts";
import { download } from "../../download.ts";
import { watchFiles, type Files } from "../../dropped.ts";
import { byId } from "../../elements.ts";
import { Link } from "../../link.ts";
import type { Entered, Visit } from "../../rooms.ts";
import { initial, offered } from "./offered.ts";
import type { News, Opened, Progress, Wish } from "./protocol.ts";
import "./room.css";
import markup from "./room.html?raw";

/** Milliseconds between two drawings of the curves. */
const CURVES_EVERY = 250;

export function enter(place: HTMLElement, visit: Visit): Entered {
  place.innerHTML = markup;
  return new RunRoom(visit);
}

class RunRoom implements Entered {
  readonly #visit: Visit;
  readonly #link: Link<Wish, News>;
  readonly #curves = new CurvesView(
    byId("curves", HTMLElement),
    charts.map((chart) => ({ ...chart, optional: true })),
  );
  #opened: Opened | null = null;
  #going = false;
  /** A run that went on when the tab was hidden goes on when it is seen again. */
  #resting = false;
  /** How far the run that goes on was asked to go; null where none does, or it is there. */
  #asked: number | null = null;
  /** Whether it goes on by itself once it is open: the device was lost under it. */
  #again = false;
  #drawn = 0;

  constructor(visit: Visit) {
    this.#visit = visit;
    this.#link = new Link<Wish, News>({
      worker: "run",
      hear: (news) => this.#hear(news),
      again: () => this.#openNamed(this.#opened?.name ?? null),
      left: visit.left,
    });
    byId("recipe", HTMLSelectElement).append(...offered.map((name) => new Option(name)));
    byId("recipe", HTMLSelectElement).value = initial;
    this.#listen(visit.left);
    this.arrive(visit.words);
    requestAnimationFrame((now) => this.#draw(now));
  }

  /** Opens the run that the words name, or fills in what they would begin. */
  arrive(words: URLSearchParams): void {
    const recipe = words.get("recipe");
    if (recipe !== null && offered.includes(recipe)) {
      byId("recipe", HTMLSelectElement).value = recipe;
      const changes = [...words].filter(([name]) => name !== "recipe" && name !== "run");
      byId("changes", HTMLInputElement).value = changes.map(([name, value]) => `${name}=${value}`).join(" ");
    }
    this.#openNamed(words.get("run"));
  }

  #listen(left: AbortSignal): void {
    byId("go", HTMLButtonElement).addEventListener("click", () => this.#toggle());
    byId("download", HTMLButtonElement).addEventListener("click", () => this.#link.send({ kind: "pack" }));
    byId("remove", HTMLButtonElement).addEventListener("click", () => this.#remove());
    byId("create", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#create();
    });
    watchFiles({
      ...{ place: byId("drop", HTMLElement), bring: (files) => this.#bring(files), left },
      inputs: ["bundle", "folder", "data"].map((id) => byId(id, HTMLInputElement)),
    });
    addEventListener("keydown", (event) => this.#byKey(event), { signal: left });
    document.addEventListener("visibilitychange", () => this.#hidden(), { signal: left });
    onOtherColours(left, () => this.#curves.restyle());
  }

  #bring(files: Files): void {
    hideBanner();
    this.#pause();
    this.#link.send({ kind: "bring", files });
  }

  #create(): void {
    hideBanner();
    this.#pause();
    const recipe = byId("recipe", HTMLSelectElement).value;
    const set = byId("changes", HTMLInputElement)
      .value.split(/\s+/)
      .filter((word) => word !== "");
    const command = ["ebm train", recipe, ...set.map((change) => `--set ${change}`)].join(" ");
    this.#link.send({ kind: "create", recipe, set, command });
  }

  #openNamed(name: string | null): void {
    if (name !== null) this.#link.send({ kind: "open", name });
  }

  #remove(): void {
    const name = this.#opened?.name;
    if (name === undefined || !confirm(`Delete ${name} from this browser? What was not downloaded is lost.`)) return;
    this.#pause();
    this.#link.send({ kind: "remove", name });
    this.#opened = null;
    byId("open", HTMLElement).hidden = true;
    byId("empty", HTMLElement).hidden = false;
    this.#visit.write({});
  }

  #toggle(): void {
    if (this.#going) this.#pause();
    else this.#continue();
  }

  #continue(): void {
    const until = byId("until", HTMLInputElement);
    const updates = Number(until.value);
    if (this.#opened === null || this.#opened.obstacle !== null) return;
    if (!Number.isInteger(updates) || updates <= this.#opened.step) {
      until.ariaInvalid = "true";
      say(`It has done ${this.#opened.step} updates: say up to how many more it goes on.`);
      return;
    }
    until.removeAttribute("aria-invalid");
    hideBanner();
    this.#asked = updates;
    this.#link.send({ kind: "continue", updates });
    this.#setGoing(true);
    say("Compiling shaders …");
  }

  #pause(): void {
    this.#resting = false;
    this.#asked = null;
    if (this.#going) this.#link.send({ kind: "pause" });
  }

  #hidden(): void {
    if (document.hidden && this.#going) {
      this.#link.send({ kind: "pause" });
      this.#resting = true;
    } else if (!document.hidden && this.#resting) {
      this.#resting = false;
      this.#continue();
    }
  }

  #byKey(event: KeyboardEvent): void {
    if (event.key !== " " || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (this.#opened === null || !(event.target instanceof Element)) return;
    if (event.target.matches("button, input, select, a, summary")) return;
    event.preventDefault();
    this.#toggle();
  }

  #hear(news: News): void {
    switch (news.kind) {
      case "runs":
        this.#showRuns(news.names);
        break;
      case "opened":
        this.#show(news);
        break;
      case "progress":
        this.#take(news);
        break;
      case "halted":
        this.#setGoing(false);
        break;
      case "packed":
        download(`${news.name}.tar`, news.archive, "application/x-tar");
        say(`${news.name}.tar is in your downloads: ebm import ${news.name}.tar`);
        break;
      case "trouble":
        this.#again = this.#asked !== null && news.cause === "device lost";
        this.#setGoing(false);
        say("");
        break;
      case "adapter":
      case "resting":
    }
  }

  #showRuns(names: readonly string[]): void {
    const rows = names.map((name) => {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
      button.ariaCurrent = name === this.#opened?.name ? "true" : null;
      button.addEventListener("click", () => {
        this.#pause();
        this.#openNamed(name);
      });
      const row = document.createElement("li");
      row.append(button);
      return row;
    });
    byId("kept", HTMLElement).replaceChildren(...rows);
    byId("kept-title", HTMLElement).hidden = names.length === 0;
  }

  #show(opened: Opened): void {
    this.#opened = opened;
    this.#visit.write({ run: opened.name });
    byId("open", HTMLElement).hidden = false;
    byId("empty", HTMLElement).hidden = true;
    byId("name", HTMLElement).textContent = opened.name;
    for (const button of byId("kept", HTMLElement).querySelectorAll("button"))
      button.ariaCurrent = button.textContent === opened.name ? "true" : null;
    const done = opened.step >= opened.updates;
    const until = (this.#again ? this.#asked : null) ?? (done ? opened.updates * 2 : opened.updates);
    this.#asked = null;
    byId("until", HTMLInputElement).value = String(until);
    byId("go", HTMLButtonElement).disabled = opened.obstacle !== null;
    byId("open-data", HTMLElement).hidden = opened.obstacle?.opens !== true;
    byId("command", HTMLElement).textContent =
      `ebm import ${opened.name}.tar && ebm train --resume runs/${opened.name}`;
    this.#curves.clear();
    for (const row of opened.rows) this.#curves.push(row);
    this.#showStep(opened.step, null);
    say(
      opened.obstacle?.words ??
        (done ? "It has done all its updates." : "Saved in this browser, at its newest checkpoint."),
    );
    showReport(opened.report);
    if (this.#again) this.#continue();
    this.#again = false;
  }

  #take({ step, rate, rows }: Progress): void {
    for (const row of rows) this.#curves.push(row);
    this.#showStep(step, rate);
    say(`It goes on, and saves itself. The report is written anew when it stops.`);
  }

  #showStep(step: number, rate: number | null): void {
    const until = Number(byId("until", HTMLInputElement).value) || 1;
    byId("updates", HTMLElement).textContent = step.toLocaleString("en");
    byId("of", HTMLElement).textContent = `of ${until.toLocaleString("en")} updates`;
    byId("rate", HTMLElement).textContent = rate === null ? "" : `${significant(rate)}/s`;
    byId("progress", HTMLProgressElement).value = Math.min(1, step / until);
  }

  #setGoing(going: boolean): void {
    this.#going = going;
    byId("go", HTMLButtonElement).textContent = going ? "Pause" : "Continue";
  }

  #draw(now: number): void {
    if (this.#visit.left.aborted) return;
    if (now - this.#drawn > CURVES_EVERY) {
      this.#curves.draw();
      this.#drawn = now;
    }
    requestAnimationFrame((later) => this.#draw(later));
  }
}

/** Says how the run stands; written only when it changes, since each writing is read aloud. */
function say(words: string): void {
  const place = byId("standing", HTMLElement);
  if (place.textContent !== words) place.textContent = words;
}

/** Shows the report in a frame as high as it is; no script of it runs. */
function showReport(report: string): void {
  const frame = byId("report", HTMLIFrameElement);
  frame.onload = () => {
    const inner = frame.contentDocument?.documentElement;
    if (inner !== undefined) frame.style.height = `${inner.scrollHeight + 2}px`;
  };
  frame.srcdoc = report;
}
