/** The charts of a report: the diagnosis of Nijkamp et al. 2019, and the other curves. */

import { charts as shared, type Chart, type Curve } from "../run/charts.ts";
import type { NumbersRow } from "../run/records.ts";
import { correlograms, curves } from "./curves.ts";
import { html, type Markup } from "./html.ts";
import type { RunData } from "./read.ts";

/** d_s and r_s, their cross-correlation and autocorrelations; null for a run without d_s, and no r_s where chains have no slopes. */
export function diagnosis({ updates, events }: RunData): Markup | null {
  if (!has(updates, "d_s")) return null;
  const found = correlograms(updates);
  const marks = recoveriesOf(events);
  const { ds, rs } = shared;
  const known = [ds, rs].filter(({ curves: [{ key }] }) => has(updates, key));
  const shown = known.map(({ title, about, curves: all, ...options }) =>
    chart(title, about, curves(updates, all, { ...options, marks })),
  );
  return html`<section>
    <h2>Diagnosis</h2>
    <div class="charts">
      ${shown} ${found && chart("Cross-correlation of d_s and r_s", `last ${found.updates} updates`, found.cross)}
      ${found && chart("Autocorrelation", `last ${found.updates} updates`, found.auto, [...ds.curves, ...rs.curves])}
    </div>
  </section>`;
}

/** What a run may have numbers of. */
const frames: readonly Chart[] = [
  shared.energies,
  {
    title: "Accuracy",
    about: "share of a batch, and of what is held out",
    curves: [
      { key: "accuracy", label: "training", colour: "--blue" },
      { key: "accuracy_held_out", label: "held out", colour: "--orange" },
    ],
  },
  {
    title: "Cross-entropy",
    about: "nats, mean of a batch, and of what is held out",
    curves: [
      { key: "cross_entropy", label: "training", colour: "--blue" },
      { key: "cross_entropy_held_out", label: "held out", colour: "--orange" },
    ],
  },
  {
    title: "d_s of classes",
    about: "E(x, y) of data less that of samples of the same class",
    curves: [{ key: "d_s_joint", label: "d_s of classes", colour: "--blue" }],
  },
  {
    title: "Squares of energies",
    about: "mean of data and of samples, without their weight",
    curves: [{ key: "energy_l2", label: "squares", colour: "--violet" }],
  },
  shared.divergence,
  {
    title: "Energies at each look",
    about: "E / T, means",
    curves: [
      { key: "energy_of_data", label: "data", colour: "--blue" },
      { key: "energy_of_shortrun", label: "samples", colour: "--orange" },
      { key: "energy_of_buffer", label: "replay buffer", colour: "--green" },
      { key: "energy_of_noise", label: "noise", colour: "--violet" },
    ],
  },
  shared.acceptance,
  shared.swaps,
  shared.stepSize,
  {
    title: "Learning rate",
    about: "",
    curves: [{ key: "learning_rate", label: "learning rate", colour: "--green" }],
  },
];

/** The other curves, as far as the run has them; what never changes, as a learning rate may, is no curve. */
export function otherCurves({ updates, measures, events }: RunData): Markup | null {
  const marks = recoveriesOf(events);
  const rows = [...updates, ...measures];
  const charts = frames.flatMap(({ title, about, curves: all }) => {
    const shown = all.filter(({ key }) => varies(rows, key));
    return shown.length === 0 ? [] : [chart(title, about, curves(rows, shown, { marks }), all.length > 1 ? shown : [])];
  });
  return charts.length === 0
    ? null
    : html`<section>
        <h2>Curves</h2>
        <div class="charts">${charts}</div>
      </section>`;
}

/** A drawing with its title, what it is about and the names of its curves. */
export function chart(
  title: string,
  about: string,
  drawing: Markup,
  legend: readonly Omit<Curve, "key">[] = [],
): Markup {
  const keys = legend.map(
    ({ label, colour }) => html`<span class="key" style="--colour: var(${colour})">${label}</span>`,
  );
  return html`<figure class="chart">
    <figcaption>${title} <small>${about}</small>${keys}</figcaption>
    ${drawing}
  </figure>`;
}

/** The steps that recoveries went on from, a dashed line each. */
const recoveriesOf = (events: RunData["events"]): number[] => events.flatMap(({ back }) => back ?? []);

const has = (rows: readonly NumbersRow[], key: string): boolean => rows.some((row) => Number.isFinite(row[key]));

/** Whether there are two different values of it. */
function varies(rows: readonly NumbersRow[], key: string): boolean {
  const known = rows.filter((row) => Number.isFinite(row[key]));
  return known.some((row) => row[key] !== known[0][key]);
}
