// The report: what it concludes, that it needs no network, and that nothing in it can break the page.
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { otherCurves } from "../../cli/report/charts.ts";
import { binned, correlograms, curves } from "../../cli/report/curves.ts";
import { html, jsonScript } from "../../cli/report/html.ts";
import { spread, type RunData } from "../../cli/report/read.ts";
import { secondsOf } from "../../cli/report/tables.ts";
import { verdict, type Verdict } from "../../cli/report/verdict.ts";
import type { NumbersRow, RunEvent } from "../../cli/run/records.ts";
import { testWorld } from "./world.ts";

/** 200 updates whose d_s alternates around `mean`, or keeps its sign for long when it is `slow`. */
const updatesOf = (mean: number, slow = false): NumbersRow[] =>
  Array.from({ length: 200 }, (_, i) => {
    const wave = slow ? Math.sin(i / 8) : [1, 1, -1, -1][i % 4];
    return { step: i + 1, d_s: mean + wave, r_s: 0.01 + i / 1e4, loss: 0 };
  });

function judged(
  summary: Partial<NumbersRow>,
  updates = updatesOf(0),
  measures: NumbersRow[] = [],
  { events = [], ...guard }: { mode?: string; limit?: number; events?: RunEvent[] } = {},
): Verdict {
  const run: Pick<RunData, "updates" | "measures" | "summary" | "config" | "events"> = {
    ...{ updates, measures, events },
    summary: { step: 200, ...summary },
    config: { recipe: "r", settings: { updates: 200, ...(guard.mode && { guard }) } },
  };
  return verdict(run);
}

describe("verdict", () => {
  test.each([
    [0.1, 0.15, "good", "Convergent: the density and the short-run samples both match the truth"],
    [12, 0.1, "mixed", "Non-convergent: the short-run samples look right, the density is wrong"],
    [0.1, 0.9, "mixed", "The density matches the truth, the short-run samples do not"],
    [0.5, 0.5, "open", "Not there yet: the density is still away from the truth"],
  ])("of a model %d and short-run samples %d nats away is %s: %s", (model, shortRun, tone, headline) => {
    expect(judged({ kl_true_model: model, kl_true_shortrun: shortRun })).toMatchObject({ tone, headline });
  });

  test("of a run on images leaves the judgement to the eye", () => {
    expect(judged({})).toMatchObject({ tone: "open", headline: "No truth to compare with: judge the samples by eye" });
  });

  test("of a run with a number that is not finite is Diverged, with the step", () => {
    const updates = updatesOf(0);
    updates[41].loss = NaN;
    const { tone, sentences } = judged({ kl_true_model: 0.1, kl_true_shortrun: 0.1 }, updates);
    expect(tone).toBe("bad");
    expect(sentences).toEqual(["At step 42, loss is NaN; what follows means nothing."]);
  });

  test("of a run beyond its guard's limit is Diverged, though every number is finite", () => {
    const updates = updatesOf(0);
    updates[41].loss = -2e8;
    const { headline, sentences } = judged({}, updates, [], { mode: "off", limit: 1e8 });
    expect(headline).toBe("Diverged");
    expect(sentences).toEqual(["At step 42: loss is -200000000; what follows means nothing."]);
  });

  test("of a run with a guard tells what was left out and how often it recovered; it is Diverged if it ends so", () => {
    const updates = updatesOf(0);
    updates[41].loss = NaN;
    const event: RunEvent = { time: "2026-11-22T10:00:00Z", step: 60, event: "recovered", back: 40 };
    const { tone, sentences } = judged({}, updates, [], { mode: "recover", events: [event] });
    expect([tone, ...sentences.slice(-2)]).toEqual([
      "open",
      "It diverged once and recovered.",
      "1 update was not finite and left out.",
    ]);
    updates[199].loss = NaN;
    expect(judged({}, updates, [], { mode: "recover" }).headline).toBe("Diverged");
  });

  test("tells balance from imbalance and weak oscillation from drift", () => {
    expect(judged({}).sentences[0]).toContain(
      "are in balance, and each difference is independent of the last: weak oscillation (d_s 0 ± 1.00, lag-1",
    );
    expect(judged({}, updatesOf(5)).sentences[0]).toContain(
      "In the last 40 updates samples keep the lower energy (d_s 5.00 ± 1.00",
    );
    expect(judged({}, updatesOf(0, true)).sentences[0]).toContain("their difference drifts slowly");
    const running = updatesOf(0).map((row) => ({ ...row, d_s: -Math.exp(row.step / 10) }));
    expect(judged({}, running).sentences[0]).toContain("data have the lower energy, and the difference grows");
  });

  test("says how the divergence went, and that a run is not finished", () => {
    const measures = [1, 0.5].map((kl, i) => ({ step: 100 * (i + 1), kl_true_model: kl }));
    const { sentences } = judged({ step: 100, kl_true_model: 0.5, kl_true_shortrun: 0.5 }, [], measures);
    expect(sentences.slice(1)).toEqual([
      "KL(truth‖model) went down from 1.00 at step 100 to 0.500.",
      "The run has done 100 of 200 updates.",
    ]);
  });
});

describe("the page of a run", () => {
  async function pageOf(): Promise<string> {
    const { ebm, text } = await testWorld();
    await ebm("train", "toy/gmm", "--run-dir", "a", "--steps", "60");
    return text("a/report.html");
  }

  test("asks for nothing from outside", async () => {
    const page = await pageOf();
    const links = page.match(/\b(?:href|src|url)\s*[=(]\s*["']?([^"')\s>]+)/g) ?? [];
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !link.includes("data:image/png;base64,"))).toEqual([]);
    expect(page).not.toMatch(/@import|<script(?! type="application\/json")/);
  });

  test("has the verdict, the landscapes, the samples, the diagnosis, the settings and the events", async () => {
    const { document } = parseHTML(await pageOf());
    const titles = [...document.querySelectorAll("h2")].map((title) => title.textContent);
    expect(titles).toEqual(["Landscape after 60 updates", "Samples", "Diagnosis", "Curves", "Settings", "Events"]);
    expect(document.querySelector(".verdict strong")?.textContent).toContain("Convergent");
    expect(document.querySelectorAll(".triptych .panel")).toHaveLength(6);
    expect(document.querySelectorAll(".samples img")).toHaveLength(6);
    expect(document.querySelectorAll(".chart svg")).toHaveLength(5);
  });

  test("carries its numbers as JSON", async () => {
    const { document } = parseHTML(await pageOf());
    const data = JSON.parse(document.getElementById("run")?.textContent ?? "") as {
      updates: object[];
      summary: object;
    };
    expect(data.updates).toHaveLength(60);
    expect(data.summary).toMatchObject({ step: 60, kl_true_shortrun: 0.1 });
  });
});

test("curves of classes show a batch beside what is held out, and what a run has not, or what never changes, is no curve", () => {
  const updates = [0.4, 0.6, 0.8].map((accuracy, i) => ({
    ...{ step: i + 1, accuracy, cross_entropy: 1 - accuracy, learning_rate: 0.1 },
    ...{ energy_data: -i, energy_samples: i },
  }));
  const measures = [0.5, 0.7].map((accuracy_held_out, i) => ({ step: i + 2, accuracy_held_out }));
  const run = { updates, measures, events: [] } as unknown as RunData;
  const { document } = parseHTML(`<html><body>${otherCurves(run)!.text}</body></html>`);
  const shown = [...document.querySelectorAll("figcaption")].map((caption) => [
    caption.firstChild?.textContent?.trim(),
    ...[...caption.querySelectorAll(".key")].map((key) => key.textContent),
  ]);
  expect(shown).toEqual([
    ["Energies", "data", "samples"],
    ["Accuracy", "training", "held out"],
    ["Cross-entropy", "training"],
  ]);
  expect(otherCurves({ ...run, updates: [], measures: [] })).toBeNull();
});

test("html escapes what is put in, but not markup", () => {
  expect(html`<p title="${'"&'}">${"<b>"} ${html`<i>${1}</i>`} ${[html`a`, "<"]}${null}</p>`.text).toBe(
    '<p title="&quot;&amp;">&lt;b&gt; <i>1</i> a&lt;</p>',
  );
});

test("jsonScript cannot be closed by what it holds", () => {
  expect(jsonScript("x", "</script><b>").text).toBe(
    '<script type="application/json" id="x">"\\u003c/script>\\u003cb>"</script>',
  );
});

test("binned keeps short curves and gives mean, least and largest of long ones", () => {
  const rows = Array.from({ length: 1000 }, (_, i) => ({ step: i + 1, loss: i % 2 === 0 ? i : NaN }));
  expect(binned(rows.slice(0, 3), "loss")).toEqual([
    { step: 1, mean: 0, low: 0, high: 0 },
    { step: 3, mean: 2, low: 2, high: 2 },
  ]);
  expect(binned(rows, "loss")[1]).toEqual({ step: 7, mean: 5, low: 4, high: 6 });
});

test("curves draws a scale of powers of ten when a curve spans them, and not through zero", () => {
  const rows = [1e-4, 1e-3, 1e-2].map((rate, i) => ({ step: i, rate }));
  const drawn = (zero: boolean): string => curves(rows, [{ key: "rate", label: "", colour: "--blue" }], { zero }).text;
  expect(drawn(false)).toContain(">0.0001<");
  expect(drawn(true)).not.toContain(">0.0001<");
});

test("curves writes large numbers in short beside the axis", () => {
  const rows = [0, -5e6, -1e7].map((loss, step) => ({ step, loss }));
  const drawn = curves(rows, [{ key: "loss", label: "", colour: "--blue" }]).text;
  expect(drawn).toContain(">-10M<");
  expect(drawn).not.toContain("000,000");
});

test("correlograms needs at least three updates", () => {
  expect(correlograms(updatesOf(0).slice(0, 2))).toBeNull();
  expect(correlograms(updatesOf(0))?.updates).toBe(200);
});

test("spread takes the last and, evenly, others", () => {
  expect(spread([1, 2, 3], 6)).toEqual([1, 2, 3]);
  expect(spread([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 5)).toEqual([2, 4, 6, 8, 10]);
});

test("secondsOf adds the sessions of a run and leaves out the time between them", () => {
  const at = (second: number, event: RunEvent["event"]): RunEvent => ({
    time: new Date(second * 1000).toISOString(),
    ...{ step: 0, event },
  });
  const events = [at(0, "started"), at(10, "checkpoint"), at(500, "resumed"), at(520, "finished")];
  expect(secondsOf(events)).toBe(30);
  expect(secondsOf([])).toBe(0);
});
