/** The source view: equations, the code and the dispatches that they are, and the shaders of these. */

import { showBytes, showFlops } from "../../../../engine/amounts.ts";
import type { ListedDispatch } from "../../../../engine/index.ts";
import { recipes } from "../../../../ebm/index.ts";
import { writeAddress } from "../../address.ts";
import { hideBanner, showBanner } from "../../banner.ts";
import { copy } from "../../clipboard.ts";
import { byId } from "../../elements.ts";
import { Link } from "../../link.ts";
import type { Entered, Visit } from "../../rooms.ts";
import { wordsOf } from "../landscape/address.ts";
import { dataSets, offered, recipeOf, settingsOf, withRecipe } from "../landscape/choices.ts";
import { sightOf, sightWords, type Sight } from "./address.ts";
import { generatedLines, matching, showCode } from "./code.ts";
import { partsOf, signsOf, type Part, type Sign } from "./parts.ts";
import { PlanView } from "./plan.ts";
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
    const shown = offered.filter(({ recipe }) => recipes[recipe].system in partsOf);
    this.#recipe.append(
      ...shown.map(({ data, learning, recipe }) => new Option(`${dataSets[data]}, ${learning}`, recipe)),
    );
    this.#recipe.addEventListener("change", () => {
      this.#go({ ...this.#sight, choices: withRecipe(this.#sight.choices, this.#recipe.value) });
    });
    byId("copy-link", HTMLButtonElement).addEventListener("click", () => void copy(location.href, "link"));
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
    const { choices } = this.#sight;
    const settings = settingsOf(choices);
    this.#planned = null;
    this.#recipe.value = choices.recipe;
    byId("to-landscape", HTMLAnchorElement).href = `#${writeAddress("landscape", wordsOf(choices))}`;
    const { system } = recipeOf(choices);
    this.#parts = partsOf[system](settings);
    byId("parts", HTMLElement).replaceChildren(...this.#parts.map((part) => this.#card(part)));
    this.#show();
    this.#link.send({ kind: "open", system, settings, generation: ++this.#generation });
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
    this.#sight = { ...this.#sight, part: part.name, sign: at };
    this.#visit.write(sightWords(this.#sight));
    this.#show();
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
    const lit = all.flatMap(({ name }, at) => (named !== null && named.test(name) ? [at] : []));
    const share = costShare(all, lit);
    byId("lit-cost", HTMLElement).textContent =
      this.#planned === null ? "" : lit.length === 0 ? "takes no dispatch" : `lit: ${share}`;
    this.#showShader(lit[0] ?? this.#shown, lit);
  }

  /** The shader of a dispatch, with the lines of the symbol lit. */
  #showShader(at: number, lit?: readonly number[]): void {
    const { sign } = this.#present;
    const { dispatches, shaders } = this.#planned?.listing ?? { dispatches: [], shaders: [] };
    const named = sign.dispatches;
    const all = lit ?? dispatches.flatMap(({ name }, i) => (named !== null && named.test(name) ? [i] : []));
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

/** `11 of 600 dispatches, 94 % of the work` */
function costShare(all: readonly ListedDispatch[], lit: readonly number[]): string {
  const total = (some: readonly ListedDispatch[], of: (one: ListedDispatch) => number): number =>
    some.reduce((sum, one) => sum + one.times * of(one), 0);
  const chosen = lit.map((at) => all[at]);
  const count = (some: readonly ListedDispatch[]): string => total(some, () => 1).toLocaleString("en");
  const work = total(chosen, ({ flops }) => flops) / total(all, ({ flops }) => flops);
  return `${count(chosen)} of ${count(all)} dispatches, ${(100 * work).toPrecision(2)} % of the work`;
}

function tellProblems(problems: readonly string[]): void {
  if (problems.length > 0) showBanner("Some of the address was left out", problems);
}
