/** The curves of a run, drawn by Observable Plot as SVG that follows the colours of the page. */

import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { correlations, type Correlations } from "../../ebm/measures/correlation.ts";
import type { Curve } from "../run/charts.ts";
import type { NumbersRow } from "../run/records.ts";
import { Markup } from "./html.ts";

/** Points a curve may have; more are drawn as the mean of each bin over the band from its least to its largest. */
const mostPoints = 400;

interface Bin {
  step: number;
  mean: number;
  low: number;
  high: number;
}

const { document } = parseHTML("<!doctype html><html><body></body></html>");

export interface CurveOptions {
  /** Draws the zero line. */
  zero?: boolean;
  /** Steps to mark: where recoveries went on from. */
  marks?: readonly number[];
  /** What a step is. */
  unit?: "update" | "step";
}

/** Curves over the steps in one frame; a scale of several powers of ten becomes logarithmic. */
export function curves(
  rows: readonly NumbersRow[],
  shown: readonly Curve[],
  { zero = false, marks = [], unit = "update" }: CurveOptions = {},
): Markup {
  const series = shown.map(({ key, colour }) => ({ colour: `var(${colour})`, bins: binned(rows, key) }));
  const values = series.flatMap(({ bins }) => bins.map(({ mean }) => mean));
  const logarithmic =
    !zero && values.length > 0 && values.every((value) => value > 0) && Math.max(...values) > 30 * Math.min(...values);
  return draw({
    x: { label: `${unit} →`, ticks: 5, tickFormat: (step: number) => step.toLocaleString("en") },
    y: {
      label: null,
      grid: true,
      ticks: 5,
      ...(logarithmic ? { type: "log", tickFormat: "~g" } : { zero, nice: true, tickFormat: compact }),
    },
    marks: [
      Plot.ruleX(marks, { stroke: "var(--bad)", strokeDasharray: "3 3" }),
      zero ? Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.55 }) : null,
      ...series.flatMap(({ bins, colour }) => [
        Plot.areaY(bins, { x: "step", y1: "low", y2: "high", fill: colour, fillOpacity: 0.2 }),
        Plot.lineY(bins, { x: "step", y: "mean", stroke: colour, strokeWidth: 1.4 }),
      ]),
    ],
  });
}

/** The correlations of d_s and r_s over the lags, as stems: one frame for the cross-correlation, one for both others. */
export function correlograms(rows: readonly NumbersRow[]): { cross: Markup; auto: Markup; updates: number } | null {
  const known = rows.filter(({ d_s: d, r_s: r }) => Number.isFinite(d) && Number.isFinite(r));
  if (known.length < 3) return null;
  const found = correlations(
    known.map((row) => row.d_s),
    known.map((row) => row.r_s),
  );
  return {
    updates: Math.min(2000, known.length),
    cross: stems(found, [{ values: found.cross, colour: "var(--violet)", shift: 0 }]),
    auto: stems(found, [
      { values: found.autoEnergy, colour: "var(--blue)", shift: -0.12 },
      { values: found.autoGradient, colour: "var(--green)", shift: 0.12 },
    ]),
  };
}

function stems({ lags }: Correlations, shown: { values: number[]; colour: string; shift: number }[]): Markup {
  return draw({
    x: {
      label: "lag →",
      inset: 8,
      ticks: [-15, -10, -5, 0, 5, 10, 15].filter((lag) => Math.abs(lag) <= lags[lags.length - 1]),
    },
    y: { label: null, grid: true, domain: [-1, 1], ticks: 5 },
    marks: [
      Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.55 }),
      ...shown.flatMap(({ values, colour, shift }) => {
        const points = lags.map((lag, i) => ({ lag: lag + shift, value: values[i] }));
        return [
          Plot.ruleX(points, { x: "lag", y: "value", stroke: colour, strokeWidth: 1.6 }),
          Plot.dot(points, { x: "lag", y: "value", fill: colour, r: 2.2 }),
        ];
      }),
    ],
  });
}

/** `0.25`, `1.5K`, `-800M`: as much as there is room for beside an axis. */
const compact = (value: number): string =>
  value.toLocaleString("en", { notation: "compact", maximumSignificantDigits: 4 });

/** A drawing in the frame that all charts have. */
export function draw(options: Plot.PlotOptions): Markup {
  const frame = { width: 520, height: 210, marginLeft: 52, marginRight: 12, marginTop: 14, marginBottom: 34 };
  const style = { background: "transparent", color: "var(--soft)", fontSize: "11px" };
  const plot = Plot.plot({ ...frame, style, document: document, ...options });
  return new Markup(plot.outerHTML);
}

/** A number by step, or of equally many steps at a time; what is not finite is left out. */
export function binned(rows: readonly NumbersRow[], key: string): Bin[] {
  const known = rows.filter((row) => Number.isFinite(row[key]));
  const size = Math.max(1, Math.ceil(known.length / mostPoints));
  return Array.from({ length: Math.ceil(known.length / size) }, (_, i) => {
    const bin = known.slice(i * size, (i + 1) * size);
    const values = bin.map((row) => row[key]);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return { step: bin[bin.length - 1].step, mean, low: Math.min(...values), high: Math.max(...values) };
  });
}
