/** The source view: equations, the code and the dispatches that they are, and the shaders of these. */

import { showBytes, showFlops } from "../../../../engine/amounts.ts";
import type { ListedDispatch } from "../../../../engine/index.ts";
import { recipes } from "../../../../ebm/index.ts";
import { significant } from "../../../progress/line.ts";
import { writeAddress } from "../../address.ts";
import { hideBanner, tellProblems } from "../../banner.ts";
import { changedSettings } from "../../changes.ts";
import { copyByButton } from "../../clipboard.ts";
import { byId } from "../../elements.ts";
import { Link } from "../../link.ts";
import type { Entered, Visit } from "../../rooms.ts";
import { initial } from "../arena/choices.ts";
import { dataSets, offered } from "../landscape/choices.ts";
import { shown, sightOf, sightWords, subjectWords, type Sight } from "./address.ts";
import { generatedLines, matching, showCode } from "./code.ts";
import { partsOf, raceParts, signsOf, type Part, type Sign } from "./parts/index.ts";
import { found, PlanView } from "./plan.ts";
import type { News, Planned, Wish } from "./protocol.ts";
import "./room.css";
import markup from "./room.html?raw";
import { sources } from "./sources.ts";

export function enter(place: HTMLElement, visit: Visit): Entered {
  place.innerHTML = markup;
  return new SourceRoom(visit);
}

class SourceRoom implements Entered {
  #sight: Sight;
  #parts: readonly Part[] = [];
  #planned: Planned | null = null;
  /** The dispatch whose shader is shown. */
  #shown = 0;
  #generation = 0;
  readonly #visit: Visit;
  readonly #link: Link<Wish, News>;
  readonly #plan: PlanView;
  readonly #recipe = byId("recipe", HTMLSelectElement);

  constructor(visit: Visit) {
    this.#visit = visit;
    const { sight, problems } = sightOf(visit.words);
    this.#sight = sight;
    this.#link = new Link<Wish, News>({
      worker: "source",
      hear: (news) => this.#hear(news),
      again: () => this.#open(),
      left: visit.left,
    });
    this.#plan = new PlanView(byId("plan", HTMLTableElement), (at) => this.#showShader(at));
    this.#recipe.append(...recipeGroups());
    this.#recipe.addEventListener("change", () => {
      const race = this.#recipe.value === raceOption ? initial : null;
      const recipe = race === null ? this.#recipe.value : this.#sight.recipe;
      this.#go({ ...this.#sight, race, recipe, changes: {}, passed: {} });
    });
    copyByButton("link", () => location.href);
    this.#open();
    tellProblems(problems);
  }

  /** Goes to what another address looks at. */
  arrive(words: URLSearchParams): void {
    const { sight, problems } = sightOf(words);
    this.#go(sight);
    tellProblems(problems);
  }

  #go(next: Sight): void {
    this.#sight = next;
    this.#visit.write(sightWords(next));
    this.#open();
  }

  /** Asks for the plan of what is chosen; equations and code are there at once. */
  #open(): void {
    hideBanner();
    const { race, recipe, changes } = this.#sight;
    const { system } = recipes[recipe];
    const settings = changedSettings(recipes[recipe], changes);
    this.#recipe.value = race === null ? recipe : raceOption;
    const room = race !== null ? "arena" : inLandscape(recipe) ? "landscape" : "run";
    const link = byId("to-subject", HTMLAnchorElement);
    link.href = `#${writeAddress(room, subjectWords(this.#sight))}`;
    link.textContent = race === null ? "see it learn" : "see them race";
    this.#parts = race === null ? partsOf[system](settings) : raceParts(race);
    const generation = ++this.#generation;
    byId("parts", HTMLElement).replaceChildren(...this.#parts.map((part) => this.#card(part)));
    this.#planned = null;
    byId("totals", HTMLElement).textContent = "Planning …";
    this.#show();
    this.#link.send(
      race === null
        ? { kind: "training", system, settings, generation }
        : { kind: "race", race, racer: this.#present.part.name, generation },
    );
  }

  #hear(news: News): void {
    if (news.kind !== "planned" || news.generation !== this.#generation) return;
    this.#planned = news;
    const { dispatches, flops, read, written } = news.cost;
    byId("totals", HTMLElement).textContent =
      `${dispatches.toLocaleString("en")} dispatches, ${showFlops(flops)}, ${showBytes(read)} read, ` +
      `${showBytes(written)} written, in ${showBytes(news.memory.given + news.memory.planned)}`;
    this.#plan.list(news.listing.dispatches);
    this.#show();
  }

  /** An equation whose symbols can be pressed. */
  #card(part: Part): HTMLElement {
    const card = document.createElement("article");
    card.className = "part";
    const heading = Object.assign(document.createElement("h2"), { textContent: part.title });
    const equation = Object.assign(document.createElement("p"), { className: "equation" });
    let at = 0;
    equation.append(
      ...part.equation.map((token) => {
        if (typeof token === "string") return token;
        const place = at++;
        const sign = Object.assign(document.createElement("button"), {
          ...{ type: "button", className: "sign", textContent: token.math, title: token.meaning },
        });
        sign.addEventListener("click", () => this.#look(part, place));
        return sign;
      }),
    );
    card.append(heading, equation);
    return card;
  }

  /** The part and the symbol that are looked at. */
  get #present(): { part: Part; sign: Sign } {
    const part = this.#parts.find(({ name }) => name === this.#sight.part) ?? this.#parts[0];
    const signs = signsOf(part);
    return { part, sign: signs[this.#sight.sign] ?? signs[0] };
  }

  #look(part: Part, at: number): void {
    // Every sampler of a race has a plan of its own.
    const other = this.#sight.race !== null && part.name !== this.#present.part.name;
    this.#sight = { ...this.#sight, part: part.name, sign: at };
    this.#visit.write(sightWords(this.#sight));
    if (other) this.#open();
    else this.#show();
  }

  /** Lights what belongs to the symbol. */
  #show(): void {
    const { part, sign } = this.#present;
    document
      .querySelectorAll(".part")
      .forEach((card, at) => card.classList.toggle("present", this.#parts[at] === part));
    const buttons = [...document.querySelectorAll(".sign")];
    const signs = this.#parts.flatMap((each) => signsOf(each).map((one) => each === part && one === sign));
    buttons.forEach((button, at) => (button.ariaPressed = String(signs[at])));
    const meaning = Object.assign(document.createElement("b"), { textContent: sign.math });
    byId("meaning", HTMLElement).replaceChildren(meaning, `: ${sign.meaning}. ${part.about}`);
    byId("file", HTMLElement).textContent = part.file;
    const code = sources[part.file];
    showCode(byId("typescript", HTMLElement), code, { lit: matching(code, sign.lines) });
    this.#showLit(sign);
  }

  #showLit({ dispatches: named }: Sign): void {
    const all = this.#planned?.listing.dispatches ?? [];
    const lit = found(named, all);
    const share = costShare(all, lit);
    byId("lit-cost", HTMLElement).textContent =
      this.#planned === null ? "" : lit.length === 0 ? "takes no dispatch" : `lit: ${share}`;
    this.#showShader(lit[0] ?? this.#shown, lit);
  }

  /** The shader of a dispatch, with the lines of the symbol lit. */
  #showShader(at: number, lit?: readonly number[]): void {
    const { sign } = this.#present;
    const { dispatches, shaders } = this.#planned?.listing ?? { dispatches: [], shaders: [] };
    const all = lit ?? found(sign.dispatches, dispatches);
    const dispatch = dispatches[at] as ListedDispatch | undefined;
    this.#shown = at;
    this.#plan.mark(all, at);
    const wgsl = dispatch === undefined ? "" : shaders[dispatch.shader];
    byId("shader-name", HTMLElement).textContent =
      dispatch === undefined ? "" : `${dispatch.name}, in shaders/${dispatch.file}.wgsl`;
    const lines = all.includes(at) && sign.shader !== undefined ? matching(wgsl, sign.shader) : [];
    const generated = generatedLines(wgsl);
    // Libraries use the same words: where something was generated, that is what the symbol became.
    const own = lines.filter((line) => generated.includes(line));
    showCode(byId("wgsl", HTMLElement), wgsl, { lit: own.length > 0 ? own : lines, generated });
  }
}

/** Among the recipes, the samplers of the arena. */
const raceOption = "race";

const inLandscape = (recipe: string): boolean => offered.some((one) => one.recipe === recipe);

/** The recipes to choose from, those of the landscape first and in its words. */
function recipeGroups(): HTMLOptGroupElement[] {
  const group = (label: string, options: readonly HTMLOptionElement[]): HTMLOptGroupElement => {
    const element = Object.assign(document.createElement("optgroup"), { label });
    element.append(...options);
    return element;
  };
  const others = shown.filter((recipe) => !inLandscape(recipe));
  const named = (names: readonly string[]) => names.map((name) => new Option(name));
  return [
    group(
      "Of the landscape",
      offered.map(({ data, learning, recipe }) => new Option(`${dataSets[data]}, ${learning}`, recipe)),
    ),
    group("Of the arena", [new Option("Samplers of the arena", raceOption)]),
    group("Of images, small", named(others.filter((name) => name.endsWith("-tiny")))),
    group("Full size", named(others.filter((name) => !name.endsWith("-tiny")))),
  ];
}

/** `11 of 600 dispatches, 94 % of the work` */
function costShare(all: readonly ListedDispatch[], lit: readonly number[]): string {
  const total = (some: readonly ListedDispatch[], of: (one: ListedDispatch) => number): number =>
    some.reduce((sum, one) => sum + one.times * of(one), 0);
  const chosen = lit.map((at) => all[at]);
  const count = (some: readonly ListedDispatch[]): string => total(some, () => 1).toLocaleString("en");
  const work = total(chosen, ({ flops }) => flops) / total(all, ({ flops }) => flops);
  return `${count(chosen)} of ${count(all)} dispatches, ${significant(100 * work)} % of the work`;
}
