/** A comparison on one page: the table, then a small picture of every run, all on the same scales. */

import { curves } from "../report/curves.ts";
import { charts, type Curve } from "../run/charts.ts";
import { document } from "../report/document.ts";
import { html, pngUrl, type Markup } from "../report/html.ts";
import { triptych } from "../report/landscapes.ts";
import { compare, type Comparison, type NamedRun } from "./rows.ts";
import { columnsOf, headingOf } from "./table.ts";

/** The whole document; `made` is the command that leads to it. */
export function comparisonPage(title: string, runs: readonly NamedRun[], made: string): string {
  const comparison = compare(runs);
  const body = html`<main>
    <header>
      <h1>${title}</h1>
      <div class="facts">
        <span>runs <b>${runs.length}</b></span>
      </div>
    </header>
    ${tableSection(comparison)} ${curveSection(runs, comparison)} ${sampleSection(runs, comparison)}
    <footer>
      Made by <code>${made}</code>. The numbers of this page are in it as JSON:
      <code>JSON.parse(document.getElementById("comparison").textContent)</code>.
    </footer>
  </main>`;
  return document(title, body, "comparison", comparison);
}

function tableSection(comparison: Comparison): Markup {
  const columns = columnsOf(comparison);
  return html`<section>
    <h2>Runs</h2>
    <div class="wide">
      <table class="compared">
        <tr>
          ${columns.map(({ heading }) => html`<th>${heading}</th>`)}
        </tr>
        ${comparison.rows.map(
          (row) =>
            html`<tr>
              ${columns.map(({ cell }) => html`<td>${cell(row)}</td>`)}
            </tr>`,
        )}
      </table>
    </div>
    <p>
      Losses are compared over the same updates, ${comparison.window[0]} to ${comparison.window[1]}: the second half of
      the shortest run that did not diverge.
    </p>
  </section>`;
}

/** What a run is called beside its picture: what makes it different. */
const caption = ({ name, varied }: Comparison["rows"][number]): string =>
  Object.entries(varied)
    .map(([path, value]) => `${headingOf(path, Object.keys(varied))} ${value}`)
    .join(", ") || name;

/** One curve per run, small, side by side. */
function curveSection(runs: readonly NamedRun[], { rows }: Comparison): Markup {
  const shown: readonly Curve[] = [...charts.ds.curves, ...charts.rs.curves];
  const present = shown.filter(({ key }) =>
    runs.some(({ run }) => run.updates.some((row) => Number.isFinite(row[key]))),
  );
  return html`<section>
    <h2>Curves</h2>
    ${present.map(
      (curve) =>
        html`<h3>${curve.label}</h3>
          <div class="charts small">
            ${runs.map(
              ({ run }, at) =>
                html`<figure class="chart">
                  <figcaption>${caption(rows[at])}</figcaption>
                  ${curves(run.updates, [curve], { zero: curve.key === "d_s" })}
                </figure>`,
            )}
          </div>`,
    )}
  </section>`;
}

/** The last samples, and the last landscape, of every run. */
function sampleSection(runs: readonly NamedRun[], { rows }: Comparison): Markup | null {
  const pictures = runs.map(({ run }, at) => ({ run, name: caption(rows[at]) }));
  const grids = pictures.filter(({ run }) => run.samples.length > 0);
  const landscapes = pictures.filter(({ run }) => run.landscapes.length > 0);
  if (grids.length + landscapes.length === 0) return null;
  return html`<section>
    <h2>Samples</h2>
    <div class="samples">
      ${grids.map(({ run, name }) => {
        const { png, step } = run.samples.at(-1)!;
        return html`<figure>
          <img src="${pngUrl(png)}" alt="samples of ${name} after ${step} updates" />
          <figcaption>${name}</figcaption>
        </figure>`;
      })}
    </div>
    ${landscapes.map(
      ({ run, name }) =>
        html`<h3>${name}</h3>
          ${triptych(run.landscapes.at(-1)!)}`,
    )}
  </section>`;
}
