/** The charts of a report: the diagnosis of Nijkamp et al. 2019, and the other curves. */

import type { NumbersRow } from "../run/records.ts";
import { correlograms, curves, type Curve } from "./curves.ts";
import { html, type Markup } from "./html.ts";
import type { RunData } from "./read.ts";

/** d_s and r_s, their cross-correlation and autocorrelations; null for a run without them. */
export function diagnosis({ updates, events }: RunData): Markup | null {
  if (!has(updates, "d_s") || !has(updates, "r_s")) return null;
  const found = correlograms(updates);
  const marks = recoveriesOf(events);
  const [d, r]: Curve[] = [
    { name: "d_s", key: "d_s", colour: "var(--blue)" },
    { name: "r_s", key: "r_s", colour: "var(--green)" },
  ];
  return html`<section>
    <h2>Diagnosis</h2>
    <div class="charts">
      ${chart("d_s", "energy of data less that of samples", curves(updates, [d], { zero: true, marks }))}
      ${chart("r_s", "length of a gradient step", curves(updates, [r], { marks }))}
      ${found && chart("Cross-correlation of d_s and r_s", `last ${found.updates} updates`, found.cross)}
      ${found && chart("Autocorrelation", `last ${found.updates} updates`, found.auto, [d, r])}
    </div>
  </section>`;
}

/** Energies, divergences from the truth and the learning rate, as far as the run has them. */
export function otherCurves({ updates, measures, events }: RunData): Markup | null {
  const marks = recoveriesOf(events);
  const energies: Curve[] = [
    { name: "data", key: "energy_data", colour: "var(--blue)" },
    { name: "samples", key: "energy_samples", colour: "var(--orange)" },
  ];
  const divergences: Curve[] = [
    { name: "model", key: "kl_true_model", colour: "var(--violet)" },
    { name: "short-run", key: "kl_true_shortrun", colour: "var(--orange)" },
  ];
  const rate: Curve[] = [{ name: "learning rate", key: "learning_rate", colour: "var(--green)" }];
  const charts = [
    has(updates, "energy_data") && chart("Energies", "mean of a batch", curves(updates, energies, { marks }), energies),
    measures.length > 1 &&
      has(measures, "kl_true_model") &&
      chart("KL from the truth", "nats", curves(measures, divergences, { marks }), divergences),
    varies(updates, "learning_rate") && chart("Learning rate", "", curves(updates, rate, { marks })),
  ].filter((one) => one !== false);
  return charts.length === 0
    ? null
    : html`<section>
        <h2>Curves</h2>
        <div class="charts">${charts}</div>
      </section>`;
}

/** A drawing with its title, a remark and the names of its curves. */
export function chart(title: string, remark: string, drawing: Markup, legend: readonly Curve[] = []): Markup {
  const keys = legend.map(({ name, colour }) => html`<span class="key" style="--colour: ${colour}">${name}</span>`);
  return html`<figure class="chart">
    <figcaption>${title} <small>${remark}</small>${keys}</figcaption>
    ${drawing}
  </figure>`;
}

/** The steps that recoveries went on from, a dashed line each. */
const recoveriesOf = (events: RunData["events"]): number[] => events.flatMap(({ back }) => back ?? []);

const has = (rows: readonly NumbersRow[], key: string): boolean => rows.some((row) => Number.isFinite(row[key]));

/** A curve that never changes is in the settings already. */
const varies = (rows: readonly NumbersRow[], key: string): boolean =>
  has(rows, key) && rows.some((row) => row[key] !== rows[0][key]);
