/** The dispatches of an update as a list to choose from. */

import { showBytes, showFlops } from "../../../../engine/amounts.ts";
import type { ListedDispatch } from "../../../../engine/index.ts";

/** The places of the dispatches that compute a symbol: those called so, or, where none is, those in whose expressions it is. */
export function found(named: RegExp | null, dispatches: readonly ListedDispatch[]): number[] {
  if (named === null) return [];
  const those = (has: (dispatch: ListedDispatch) => boolean): number[] =>
    dispatches.flatMap((dispatch, at) => (has(dispatch) ? [at] : []));
  const called = those(({ name }) => named.test(name));
  return called.length > 0 ? called : those(({ parts }) => parts.some((part) => named.test(part)));
}

export class PlanView {
  #rows: readonly HTMLTableRowElement[] = [];

  constructor(
    readonly table: HTMLTableElement,
    readonly chosen: (at: number) => void,
  ) {}

  /** Lists dispatches in their order, those of a loop under its head. */
  list(dispatches: readonly ListedDispatch[]): void {
    const body = this.table.tBodies[0];
    body.replaceChildren();
    let within = "";
    this.#rows = dispatches.map((dispatch, at) => {
      const loop = dispatch.within.join(" ");
      if (loop !== within && loop !== "") body.append(head(dispatch));
      within = loop;
      const row = this.#row(dispatch, at);
      body.append(row);
      return row;
    });
  }

  /** Marks the dispatches of a symbol, and the one whose shader is shown; brings that one into sight. */
  mark(lit: readonly number[], shown: number): void {
    this.#rows.forEach((row, at) => {
      row.classList.toggle("lit", lit.includes(at));
      row.querySelector("button")!.ariaPressed = String(at === shown);
    });
    const place = this.table.parentElement!;
    const row = this.#rows[shown];
    if (row !== undefined) place.scrollTop = Math.max(0, row.offsetTop - place.clientHeight / 3);
  }

  #row({ name, within, file, groups, flops, read, written }: ListedDispatch, at: number): HTMLTableRowElement {
    const row = document.createElement("tr");
    row.classList.toggle("inside", within.length > 0);
    const choose = Object.assign(document.createElement("button"), { type: "button", textContent: name });
    choose.addEventListener("click", () => this.chosen(at));
    const first = document.createElement("td");
    first.append(choose);
    const cells = [file, groups.join(" × "), showFlops(flops), `${showBytes(read)} → ${showBytes(written)}`];
    row.append(first, ...cells.map((textContent) => Object.assign(document.createElement("td"), { textContent })));
    return row;
  }
}

/** `50 times walk` */
function head({ within, times }: ListedDispatch): HTMLTableRowElement {
  const row = document.createElement("tr");
  row.className = "loop";
  row.append(
    Object.assign(document.createElement("td"), { colSpan: 5, textContent: `${times} times ${within.at(-1)}` }),
  );
  return row;
}
