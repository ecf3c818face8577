/**
 * What sampling and training cost against what they are made of: `npm run bench:cost` measures an MLP of two hidden layers with one of
 * chains, steps, width and batch at many values, and adds `bench/results/DATE-ADAPTER-cost.jsonl` and the plot of it beside.
 */

import { writeFileSync } from "node:fs";
import * as Plot from "@observablehq/plot";
import type { Ending } from "../../cli/failure.ts";
import { launch } from "../../cli/launch.ts";
import { draw } from "../../cli/report/curves.ts";
import { openDevice } from "../../engine/index.ts";
import { linear, sequential, silu } from "../../nn/index.ts";
import type { Case } from "../case.ts";
import { measure } from "../measure.ts";
import { adapterFacts, aligned, rounded } from "../print.ts";
import { runProgram, tell } from "../program.ts";
import { stepCase } from "./langevin.bench.ts";
import type { MeasuredModel } from "./models.ts";
import { keeper, resultsFile } from "./proof.ts";
import { updateCase } from "./update.bench.ts";

/** Of a walk: 128 wide, 256 chains, 20 steps, unless it is what varies. */
const STEPS = 20;

const model = (name: string, width: number, points: number): MeasuredModel => ({
  name,
  net: sequential(linear(2, width), silu(), linear(width, width), silu(), linear(width, 1)),
  batch: [points, 2],
});

interface Sweep {
  values: readonly number[];
  at: (value: number, name: string) => Case;
}

const sweeps: Readonly<Record<string, Sweep>> = {
  "chains, of a walk": {
    values: [16, 64, 256, 1024, 4096],
    at: (value, name) => stepCase("adapter", model(name, 128, value), STEPS),
  },
  "steps, of a walk": {
    values: [2, 8, 32, 128],
    at: (value, name) => stepCase("adapter", model(name, 128, 256), value),
  },
  "width, of a walk": {
    values: [16, 32, 64, 128, 256, 512],
    at: (value, name) => stepCase("adapter", model(name, value, 256), STEPS),
  },
  "batch, of an update": {
    values: [16, 64, 256, 1024],
    at: (value, name) => updateCase("adapter", model(name, 128, value)),
  },
};

const EFFORT = { rounds: 3, time: 100 };

interface Point {
  sweep: string;
  value: number;
  /** Milliseconds of the whole walk or update, the best of its samples. */
  best: number;
}

async function cost(): Promise<Ending> {
  await launch();
  const device = await openDevice();
  const keep = keeper(device, "cost");
  const points: Point[] = [];
  for (const [sweep, { values, at }] of Object.entries(sweeps)) {
    tell(sweep);
    const cases = values.map((value) => at(value, `${sweep} ${value}`));
    const measured = await measure(device, cases, EFFORT, () => undefined);
    measured.forEach(({ work, best }, which) => {
      const point = { sweep, value: values[which], best: rounded(best * work.units) };
      points.push(point);
      keep({ ...point, unit: "ms", ...adapterFacts(device.adapter) });
    });
  }
  const rows = points.map(({ sweep, value, best }) => [sweep, String(value), `${best} ms`]);
  process.stdout.write(`${aligned([["against", "value", "best"], ...rows], 1).join("\n")}\n`);
  writeFileSync(resultsFile(device, "cost").replace(/jsonl$/, "svg"), plotted(points, device.adapter.name));
  await device.close();
  return "ok";
}

/** A frame for each sweep, both scales logarithmic: what grows in proportion is a line at the slope of one. */
const plotted = (points: readonly Point[], adapter: string): string =>
  draw({
    ...{ width: 900, height: 280, marginTop: 40 },
    style: { background: "white", color: "black", fontSize: "11px" },
    ariaLabel: `cost of walks and updates on ${adapter}`,
    x: {
      type: "log",
      base: 2,
      label: null,
      inset: 6,
      ticks: 6,
      tickFormat: (value: number) => value.toLocaleString("en"),
    },
    y: { type: "log", label: "milliseconds", grid: true, tickFormat: "~g" },
    fx: { label: null, domain: Object.keys(sweeps) },
    marks: [
      Plot.frame({ stroke: "#ccc" }),
      Plot.lineY(points, { fx: "sweep", x: "value", y: "best", stroke: "#3b6ea8", strokeWidth: 1.6 }),
      Plot.dot(points, { fx: "sweep", x: "value", y: "best", fill: "#3b6ea8", r: 2.6 }),
    ],
  })
    // A file of its own must say what it is; a drawing in a page need not.
    .text.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ');

await runProgram("bench:cost", cost);
