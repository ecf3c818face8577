/** Live curves: numbers over time, drawn by uPlot. */

import uPlot from "uplot";
import { significant } from "../progress/line.ts";
import type { Chart as RunChart } from "../run/charts.ts";
import { colour } from "./colours.ts";
import { History } from "./history.ts";

export interface Chart extends RunChart {
  /** Shown only once there are numbers. */
  optional?: boolean;
  logarithmic?: boolean;
}

const HEIGHT = 118;

export class CurvesView {
  readonly #histories: readonly History[];
  readonly #figures: readonly HTMLElement[];
  #plots: uPlot[] = [];
  #stale = false;

  constructor(
    place: HTMLElement,
    readonly charts: readonly Chart[],
  ) {
    this.#histories = charts.map(({ curves }) => new History(curves.map(({ key }) => key)));
    this.#figures = charts.map((chart) => figure(chart));
    place.replaceChildren(...this.#figures);
    this.restyle();
    new ResizeObserver(() => this.#plots.forEach((plot, at) => plot.setSize(sizeOf(this.#figures[at])))).observe(place);
  }

  push(row: Readonly<Record<string, number>>): void {
    for (const history of this.#histories) history.push(row);
    this.#stale = true;
  }

  clear(): void {
    for (const history of this.#histories) history.clear();
    this.#stale = true;
  }

  /** Builds the plots anew in the present colours. */
  restyle(): void {
    for (const plot of this.#plots) plot.destroy();
    this.#plots = this.charts.map((chart, at) => plotOf(chart, this.#figures[at]));
    this.#stale = true;
  }

  /** Draws what has been pushed since the last time. */
  draw(): void {
    if (!this.#stale) return;
    this.#stale = false;
    this.#histories.forEach((history, at) => {
      const none = this.charts[at].optional === true && history.steps.length === 0;
      if (this.#figures[at].hidden !== none) {
        this.#figures[at].hidden = none;
        if (!none) this.#plots[at].setSize(sizeOf(this.#figures[at]));
      }
      this.#plots[at].setData([history.steps, ...Object.values(history.columns)]);
      this.#figures[at].querySelectorAll("output").forEach((output, curve) => {
        const value = history.last(history.names[curve]);
        output.textContent = value === null ? "–" : significant(value);
        output.parentElement!.hidden = value === null && curve > 0;
      });
    });
  }
}

/** The frame of a chart: its title, and for each curve the newest value. */
function figure({ title, about, curves }: Chart): HTMLElement {
  const element = document.createElement("figure");
  const caption = document.createElement("figcaption");
  const heading = document.createElement("b");
  heading.textContent = title;
  heading.title = about;
  const values = curves.map(({ label, colour }) => {
    const key = document.createElement("span");
    key.style.setProperty("--key", `var(${colour})`);
    const output = document.createElement("output");
    key.append(curves.length === 1 ? "" : `${label} `, output);
    return key;
  });
  const note = document.createElement("small");
  note.textContent = about;
  caption.append(heading, ...values, note);
  const plot = document.createElement("div");
  plot.role = "img";
  plot.ariaLabel = `${title}, ${about}`;
  element.append(caption, plot);
  return element;
}

const sizeOf = (figure: HTMLElement): { width: number; height: number } => ({
  width: Math.max(120, figure.clientWidth),
  height: HEIGHT,
});

function plotOf({ curves, zero, logarithmic }: Chart, figure: HTMLElement): uPlot {
  const axis = {
    stroke: colour("--soft"),
    font: "11px system-ui, sans-serif",
    grid: { stroke: colour("--line"), width: 1 },
    ticks: { show: false },
  };
  const options: uPlot.Options = {
    ...sizeOf(figure),
    padding: [6, 14, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: {
      x: { time: false },
      y: logarithmic
        ? { distr: 3, range: (_plot, low, high) => [(low ?? 0.1) / 1.4, (high ?? 1) * 1.4] }
        : zero
          ? { range: (_plot, low, high) => aroundZero(low, high) }
          : {},
    },
    axes: [
      { ...axis, size: 22, gap: 2 },
      {
        ...{ ...axis, size: 46, gap: 4, space: 26, values: (_plot, ticks) => ticks.map(tick) },
        ...(logarithmic && { splits: (_plot, _axis, low, high) => roundSplits(low, high) }),
      },
    ],
    series: [
      {},
      ...curves.map((curve) => ({
        stroke: colour(curve.colour),
        width: 1.5,
        spanGaps: true,
        points: { show: false },
      })),
    ],
    hooks: zero ? { drawAxes: [zeroLine] } : {},
  };
  return new uPlot(options, [[], ...curves.map(() => [])], figure.querySelector("div")!);
}

/** 1, 2 and 5 of each decade within a range, or the decades alone where those would be too many. */
function roundSplits(low: number, high: number): number[] {
  const wide = high / low > 100;
  const decades = Array.from({ length: 16 }, (_, i) => i - 8);
  const all = decades.flatMap((decade) => (wide ? [1] : [1, 2, 5]).map((digit) => Number(`${digit}e${decade}`)));
  return all.filter((value) => value >= low && value <= high);
}

const tick = (value: number | null): string => (value === null ? "" : String(Number(value.toPrecision(3))));

/** A range with zero in it. */
function aroundZero(low: number | null, high: number | null): [number, number] {
  const [least, most] = [Math.min(low ?? 0, 0), Math.max(high ?? 0, 0)];
  const margin = (most - least || 1) * 0.08;
  return [least - margin, most + margin];
}

function zeroLine(plot: uPlot): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(0, "y", true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = colour("--soft");
  ctx.lineWidth = 1;
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.restore();
}
