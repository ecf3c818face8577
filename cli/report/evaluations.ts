/** What was evaluated: numbers, tables, figures and pictures, each with its protocol card. */

import { evaluations as known } from "../../ebm/evaluation/index.ts";
import type { Card, Table } from "../../ebm/evaluation/evaluation.ts";
import type { Settings } from "../../ebm/settings.ts";
import { wordOf } from "../config/fields.ts";
import { significant } from "../progress/line.ts";
import type { Evaluated } from "../run/evaluations.ts";
import { figure } from "./figures.ts";
import { html, imageUrl, type Markup } from "./html.ts";
import type { RunData } from "./read.ts";

type Plain = Omit<Evaluated, "beside">;

/** More numbers than these are in tables alone, where there are any. */
const mostTiles = 6;

/** Every evaluation under each protocol, the newest; null where nothing was evaluated. */
export function evaluationSection({ evaluations, pictures }: Pick<RunData, "evaluations" | "pictures">): Markup | null {
  if (evaluations.length === 0) return null;
  const newest = new Map(evaluations.map((one) => [`${one.name} ${one.protocol}`, one]));
  const order = Object.keys(known);
  const shown = [...newest.values()].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return html`<section>
    <h2>Evaluations</h2>
    ${shown.map((one) => article(one, pictures))}
  </section>`;
}

function article(own: Evaluated, pictures: RunData["pictures"]): Markup {
  const both: Plain[] = own.beside === null ? [own] : [own, own.beside];
  const label = (one: Plain): string => (both.length === 1 ? "" : String(one.card.run));
  return html`<article class="evaluation" id="evaluation-${own.name}-${own.protocol}">
    <h3>${own.name} <small>${known[own.name]?.about ?? ""}; after ${own.step} updates</small></h3>
    ${tiles(own, both)} ${both.map((one) => one.tables.map((table) => tableOf(table, label(one))))}
    <div class="charts">
      ${own.figures.map((_, at) =>
        both.map((one) => {
          const drawn = one.figures[at];
          if (drawn === undefined) return null;
          return figure({ ...drawn, remark: [label(one), drawn.remark].filter((word) => word !== "").join(", ") });
        }),
      )}
    </div>
    ${both.map((one) => pictureRow(one, label(one), pictures))}
    <details>
      <summary>Protocol ${own.protocol}</summary>
      <div class="columns">${both.map((one) => cardOf(one.card, one.options))}</div>
    </details>
  </article>`;
}

/** The numbers, with those of the run beside. */
function tiles(own: Plain, both: readonly Plain[]): Markup | null {
  const names = Object.keys(own.numbers);
  if (names.length > mostTiles && own.tables.length > 0) return null;
  const word = (value: string | number | undefined): string => (value === undefined ? "–" : significant(Number(value)));
  return html`<div class="numbers">
    ${names.map(
      (name) =>
        html`<div class="number">
          <b>${both.map((one) => word(one.numbers[name])).join(" | ")}</b><span>${name.replaceAll("_", " ")}</span>
        </div>`,
    )}
  </div>`;
}

const tableOf = ({ title, columns, rows }: Table, label: string): Markup =>
  html`<h4>${title}${label !== "" && html` <small>${label}</small>`}</h4>
    <div class="wide">
      <table class="compared">
        <tr>
          ${columns.map((column) => html`<th>${column}</th>`)}
        </tr>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map((cell) => html`<td>${String(cell)}</td>`)}
            </tr>`,
        )}
      </table>
    </div>`;

function pictureRow({ pictures: files }: Plain, label: string, bytes: RunData["pictures"]): Markup | null {
  const shown = Object.entries(files).filter(([, file]) => bytes.has(file));
  if (shown.length === 0) return null;
  return html`<div class="samples">
    ${shown.map(
      ([name, file]) =>
        html`<figure>
          <img src="${imageUrl(bytes.get(file)!, file.endsWith(".gif") ? "gif" : "png")}" alt="${name}" />
          <figcaption>${[name, label].filter((word) => word !== "").join(", ")}</figcaption>
        </figure>`,
    )}
  </div>`;
}

const cardOf = (card: Card, options: Settings): Markup =>
  html`<table>
    ${[
      ...Object.entries(card),
      ...Object.entries(options).map(([name, value]) => [`option ${name}`, wordOf(value)]),
    ].map(
      ([name, value]) =>
        html`<tr>
          <td>${String(name)}</td>
          <td class="value">${String(value)}</td>
        </tr>`,
    )}
  </table>`;
