/** The figures of evaluations, drawn by Observable Plot: curves, histograms, reliability diagrams. */

import * as Plot from "@observablehq/plot";
import type { Figure } from "../../ebm/evaluation/evaluation.ts";
import { chart } from "./charts.ts";
import { draw } from "./curves.ts";
import type { Markup } from "./html.ts";

/** Of curves in their order, round and round. */
const colours = ["--blue", "--orange", "--green", "--violet", "--bad", "--mixed", "--open", "--soft"] as const;

interface Point {
  x: number;
  y: number;
}

/** A figure with its title and the names of its curves; coordinates that are null are not drawn. */
export function figure({ title, remark, kind, curves, ...axes }: Figure): Markup {
  const shown = curves.map(({ name, points }, at) => ({
    ...{ label: name, colour: colours[at % colours.length] },
    points: points.map(([x, y]): Point => ({ x: (x as number | null) ?? NaN, y: (y as number | null) ?? NaN })),
  }));
  if (kind === "reliability") return chart(title, remark, reliability(shown[0].points, shown[1]?.points ?? [], axes));
  const marks = shown.flatMap(({ points, colour }, at) => {
    const stroke = `var(${colour})`;
    return kind === "lines"
      ? [
          Plot.lineY(points, { x: "x", y: "y", stroke, strokeWidth: 1.6 }),
          Plot.dot(points, { x: "x", y: "y", fill: stroke, r: 2.4 }),
        ]
      : [
          ...(at === 0
            ? [Plot.areaY(points, { x: "x", y: "y", fill: stroke, fillOpacity: 0.25, curve: "step-after" })]
            : []),
          Plot.lineY(points, { x: "x", y: "y", stroke, strokeWidth: 1.3, curve: "step-after" }),
        ];
  });
  const drawing = draw({
    x: { label: `${axes.x} →`, ticks: 6 },
    y: {
      label: null,
      grid: true,
      ticks: 5,
      ...(kind === "lines" ? { domain: [0, 1] } : { zero: true }),
    },
    marks,
  });
  return chart(title, remark, drawing, shown);
}

/** Bars of accuracy beside the diagonal, on which confidence can be believed; below them how many items a bin has. */
function reliability(bars: readonly Point[], counts: readonly Point[], { x }: Pick<Figure, "x">): Markup {
  const spans = bars
    .slice(0, -1)
    .map((bar, at) => ({ from: bar.x, to: bars[at + 1].x, y: bar.y, count: counts[at]?.y ?? 0 }));
  const most = Math.max(...spans.map(({ count }) => count), 1);
  const known = spans.filter((span) => Number.isFinite(span.y) && span.count > 0);
  return draw({
    ...{ width: 360, height: 330, marginLeft: 40 },
    x: { label: `${x} →`, domain: [0, 1], ticks: 5 },
    y: { label: null, domain: [-0.16, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], grid: true },
    marks: [
      Plot.rect(known, { x1: "from", x2: "to", y1: 0, y2: "y", fill: "var(--blue)", fillOpacity: 0.55, inset: 0.5 }),
      // What is missing to the diagonal, or is too much: the gap that the calibration error is a mean of.
      Plot.rect(known, {
        x1: "from",
        x2: "to",
        y1: "y",
        y2: middle,
        stroke: "var(--bad)",
        strokeOpacity: 0.7,
        fill: "var(--bad)",
        fillOpacity: 0.12,
        inset: 0.5,
      }),
      Plot.line(
        [
          { x: 0, y: 0 },
          { x: 1, y: 1 },
        ],
        { x: "x", y: "y", stroke: "currentColor", strokeDasharray: "4 3" },
      ),
      Plot.rect(spans, {
        x1: "from",
        x2: "to",
        y1: -0.16,
        y2: ({ count }: { count: number }) => -0.16 + (0.13 * count) / most,
        fill: "var(--soft)",
        fillOpacity: 0.6,
        inset: 0.5,
      }),
      Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.55 }),
    ],
  });
}

const middle = ({ from, to }: { from: number; to: number }): number => (from + to) / 2;
