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

/** A frame of curves, of what was measured in updates and at observations alike. */
interface Frame {
  title: string;
  remark: string;
  curves: readonly Curve[];
}

/** What a run may have numbers of. */
const frames: readonly Frame[] = [
  {
    title: "Energies",
    remark: "mean of a batch",
    curves: [
      { name: "data", key: "energy_data", colour: "var(--blue)" },
      { name: "samples", key: "energy_samples", colour: "var(--orange)" },
    ],
  },
  {
    title: "Accuracy",
    remark: "share of a batch, and of what is held out",
    curves: [
      { name: "training", key: "accuracy", colour: "var(--blue)" },
      { name: "held out", key: "accuracy_held_out", colour: "var(--orange)" },
    ],
  },
  {
    title: "Cross-entropy",
    remark: "nats, mean of a batch, and of what is held out",
    curves: [
      { name: "training", key: "cross_entropy", colour: "var(--blue)" },
      { name: "held out", key: "cross_entropy_held_out", colour: "var(--orange)" },
    ],
  },
  {
    title: "d_s of classes",
    remark: "E(x, y) of data less that of samples of the same class",
    curves: [{ name: "d_s of classes", key: "d_s_joint", colour: "var(--blue)" }],
  },
  {
    title: "Squares of energies",
    remark: "mean of data and of samples, without their weight",
    curves: [{ name: "squares", key: "energy_l2", colour: "var(--violet)" }],
  },
  {
    title: "KL from the truth",
    remark: "nats",
    curves: [
      { name: "model", key: "kl_true_model", colour: "var(--violet)" },
      { name: "short-run", key: "kl_true_shortrun", colour: "var(--orange)" },
    ],
  },
  {
    title: "Energies at each look",
    remark: "E / T, means",
    curves: [
      { name: "data", key: "energy_of_data", colour: "var(--blue)" },
      { name: "samples", key: "energy_of_shortrun", colour: "var(--orange)" },
      { name: "replay buffer", key: "energy_of_buffer", colour: "var(--green)" },
      { name: "noise", key: "energy_of_noise", colour: "var(--violet)" },
    ],
  },
  {
    title: "Acceptance",
    remark: "probability with which chains take a step, mean",
    curves: [{ name: "acceptance", key: "acceptance", colour: "var(--blue)" }],
  },
  {
    title: "Swaps",
    remark: "share of steps in which a chain changes places with a hotter one",
    curves: [{ name: "swaps", key: "swapped", colour: "var(--green)" }],
  },
  {
    title: "Adapted step size",
    remark: "mean over chains and steps",
    curves: [{ name: "step size", key: "step_size", colour: "var(--green)" }],
  },
  {
    title: "Learning rate",
    remark: "",
    curves: [{ name: "learning rate", key: "learning_rate", colour: "var(--green)" }],
  },
];

/** The other curves, as far as the run has them; what never changes, as a learning rate may, is no curve. */
export function otherCurves({ updates, measures, events }: RunData): Markup | null {
  const marks = recoveriesOf(events);
  const rows = [...updates, ...measures];
  const charts = frames.flatMap(({ title, remark, curves: all }) => {
    const shown = all.filter(({ key }) => varies(rows, key));
    return shown.length === 0
      ? []
      : [chart(title, remark, curves(rows, shown, { marks }), all.length > 1 ? shown : [])];
  });
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

/** Whether there are two different values of it. */
function varies(rows: readonly NumbersRow[], key: string): boolean {
  const known = rows.filter((row) => Number.isFinite(row[key]));
  return known.some((row) => row[key] !== known[0][key]);
}
