/** The numbers of all samplers side by side. */

import type { Lap } from "./protocol.ts";
import type { Racer } from "./racers.ts";
import { columns, standingOf } from "./words.ts";

/** Fills a table with a row for each sampler; numbers that are not known yet are dashes. */
export function showTable(table: HTMLTableElement, rows: readonly { racer: Racer; scores: Lap["scores"] }[]): void {
  const head = document.createElement("tr");
  const cell = (name: "td" | "th", textContent: string, title = ""): HTMLElement =>
    Object.assign(document.createElement(name), { textContent, title });
  head.append(
    Object.assign(cell("th", "sampler"), { scope: "col" }),
    ...columns.map(({ head, about }) => Object.assign(cell("th", head, about), { scope: "col" })),
  );
  const body = rows.map(({ racer, scores }) => {
    const row = document.createElement("tr");
    row.className = standingOf(scores);
    row.append(
      Object.assign(cell("th", racer.title, racer.about), { scope: "row" }),
      ...columns.map((column) => cell("td", scores === null ? "–" : column.cell(scores))),
    );
    return row;
  });
  table.tHead!.replaceChildren(head);
  table.tBodies[0].replaceChildren(...body);
}
