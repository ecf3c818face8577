/** What chains went through while samples were drawn: as a table, and as curves in a page that opens without a network. */

import type { NumbersRow } from "../run/records.ts";
import { chart } from "./charts.ts";
import { curves } from "./curves.ts";
import { document } from "./document.ts";
import { html } from "./html.ts";

/** A line of comma-separated values for each step, under the names of the columns. */
export function chainsTable(rows: readonly NumbersRow[]): string {
  const names = Object.keys(rows[0] ?? { step: 0 });
  return [names.join(","), ...rows.map((row) => names.map((name) => row[name]).join(","))].join("\n") + "\n";
}

/** Each column, what it means and its colour. */
const columns = {
  energy: ["Energy", "of the chains, mean after each step", "--orange"],
  slope_norm: ["Slope", "length of the gradient, mean before each step", "--green"],
  acceptance: ["Acceptance", "probability, mean of each step", "--blue"],
} as const;

/** The curves of energy, slope and acceptance, as far as they were recorded. */
export function chainsPage(title: string, rows: readonly NumbersRow[]): string {
  const charts = Object.entries(columns).flatMap(([key, [name, remark, colour]]) =>
    rows.some((row) => Number.isFinite(row[key]))
      ? [chart(name, remark, curves(rows, [{ key, label: name, colour }], { unit: "step" }))]
      : [],
  );
  const body = html`<main>
    <header><h1>${title}</h1></header>
    <section><div class="charts">${charts}</div></section>
  </main>`;
  return document(title, body, "chains", rows);
}
