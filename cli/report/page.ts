/** The report of a run: one HTML document with everything in it. */

import { significant, clock } from "../progress/line.ts";
import { adapterLine } from "../run/environment.ts";
import { storable } from "../run/records.ts";
import { wordOf } from "../config/fields.ts";
import type { Settings } from "../../ebm/settings.ts";
import { diagnosis, otherCurves } from "./charts.ts";
import { document } from "./document.ts";
import { evaluationSection } from "./evaluations.ts";
import { html, pngUrl, type Markup } from "./html.ts";
import { filmstrip, triptych } from "./landscapes.ts";
import { spread, type RunData } from "./read.ts";
import { eventSection, secondsOf, settingsSection } from "./tables.ts";
import { verdict } from "./verdict.ts";

/** Rows that the page carries as JSON; of longer runs every n-th. */
const mostRows = 5000;

/** The whole document. */
export function page(run: RunData): string {
  const { config, summary } = run;
  const body = html`<main>
    ${header(run)} ${conclusion(run)} ${landscapeSection(run)} ${sampleSection(run)} ${evaluationSection(run)}
    ${diagnosis(run)} ${otherCurves(run)} ${settingsSection(run)} ${eventSection(run.events)} ${footer(run)}
  </main>`;
  return document(`${config.recipe}, ${summary.step} updates`, body, "run", rawData(run));
}

function header({ config, environment, summary, events }: RunData): Markup {
  const facts: [string, string][] = [
    ["updates", `${summary.step} of ${wordOf(config.settings.updates as Settings[string])}`],
    ["adapter", adapterLine(environment)],
    ["began", events.length > 0 ? `${events[0].time.slice(0, 16).replace("T", " ")} UTC` : "unknown"],
    ["took", clock(secondsOf(events))],
    ["webgpu-ebm", environment.version],
  ];
  return html`<header>
    <h1>${config.recipe}</h1>
    <div class="facts">${facts.map(([name, value]) => html`<span>${name} <b>${value}</b></span>`)}</div>
  </header>`;
}

function conclusion(run: RunData): Markup {
  const { tone, headline, sentences } = verdict(run);
  const watched = ["kl_true_model", "kl_true_shortrun", "accuracy_held_out", "d_s", "r_s"].filter(
    (name) => name in run.summary,
  );
  const shown = watched.length > 0 ? watched : Object.keys(run.summary).filter((name) => name !== "step");
  const titles: Readonly<Record<string, string>> = {
    kl_true_model: "KL(truth‖model), nats",
    kl_true_shortrun: "KL(truth‖short-run), nats",
    accuracy_held_out: "accuracy on what is held out",
  };
  return html`<section class="verdict" style="--tone: var(--${tone})">
      <strong>${headline}</strong>
      ${sentences.map((sentence) => html`<p>${sentence}</p>`)}
    </section>
    <div class="numbers">
      ${shown.map((name) => html`<div class="number"><b>${significant(run.summary[name])}</b><span>${titles[name] ?? `${name}, last`}</span></div>`)}
    </div>`;
}

function landscapeSection({ landscapes }: RunData): Markup | null {
  const last = landscapes.at(-1);
  if (last === undefined) return null;
  return html`<section>
    <h2>Landscape after ${last.step} updates</h2>
    ${triptych(last)}
    ${landscapes.length > 1 && [filmstrip(landscapes, "model", "logDensity"), filmstrip(landscapes, "shortrun", "density")]}
  </section>`;
}

function sampleSection({ samples }: RunData): Markup | null {
  if (samples.length === 0) return null;
  const names = [...new Set(samples.map(({ name }) => name))];
  const grids = (name: string): Markup =>
    html`<h3>${name} by update</h3>
      <div class="samples">
        ${samples
          .filter((sample) => sample.name === name)
          .map(
            ({ step, png }) =>
              html`<figure>
                <img src="${pngUrl(png)}" alt="${name} at step ${step}" />
                <figcaption>${step}</figcaption>
              </figure>`,
          )}
      </div>`;
  return html`<section>
    <h2>Samples</h2>
    ${names.map(grids)}
  </section>`;
}

const footer = ({ environment }: RunData): Markup =>
  html`<footer>
    ${environment.host}, ${environment.system}. The numbers of this page are in it as JSON:
    <code>JSON.parse(document.getElementById("run").textContent)</code>.
  </footer>`;

function rawData({ config, environment, updates, measures, summary, events, evaluations }: RunData): object {
  return {
    config,
    environment,
    summary: storable(summary),
    measures: measures.map(storable),
    updates: spread(updates, mostRows).map(storable),
    events,
    ...(evaluations.length > 0 && { evaluations: evaluations.map(({ figures: _, ...rest }) => rest) }),
  };
}
