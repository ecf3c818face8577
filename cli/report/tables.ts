/** The tables of a report: the settings of the run, and what happened to it. */

import type { Settings } from "../../ebm/settings.ts";
import { wordOf } from "../config/fields.ts";
import type { RunEvent } from "../run/records.ts";
import { html, type Markup } from "./html.ts";
import type { RunData } from "./read.ts";

/** Every setting by its path, and the command that made the run. */
export function settingsSection({ config }: RunData): Markup {
  const rows = flat(config.settings as Settings).map(
    ([path, value]) =>
      html`<tr>
        <td>${path}</td>
        <td class="value">${value}</td>
      </tr>`,
  );
  return html`<section>
    <h2>Settings</h2>
    <div class="columns">
      <table>
        ${rows}
      </table>
    </div>
    <h3>Made by</h3>
    <pre>${config.command ?? ""}</pre>
  </section>`;
}

function flat(settings: Settings, prefix = ""): [string, string][] {
  return Object.entries(settings).flatMap(([key, value]): [string, string][] =>
    typeof value === "object" ? flat(value, `${prefix}${key}.`) : [[prefix + key, wordOf(value)]],
  );
}

/** Everything that happened but for the checkpoints. */
export function eventSection(events: readonly RunEvent[]): Markup {
  const told = events.filter(({ event }) => event !== "checkpoint");
  return html`<section>
    <h2>Events</h2>
    <table>
      ${told.map(
        ({ time, step, event, message }) =>
          html`<tr>
            <td>${time.slice(0, 19).replace("T", " ")}</td>
            <td class="value">${step}</td>
            <td>${event}</td>
            <td>${message ?? ""}</td>
          </tr>`,
      )}
    </table>
  </section>`;
}

/** The seconds that the sessions of a run took together, each up to its last event. */
export function secondsOf(events: readonly RunEvent[]): number {
  let seconds = 0;
  let begin: number | null = null;
  let last = 0;
  for (const { time, event } of events) {
    const now = Date.parse(time) / 1000;
    if (event === "started" || event === "resumed") {
      if (begin !== null) seconds += last - begin;
      begin = now;
    }
    last = now;
  }
  return begin === null ? 0 : seconds + last - begin;
}
