/** ebm explain: what a recipe learns, with which net, in how much memory and time, before anything is trained. */

import { showBytes, showFlops, showMicroseconds } from "../../engine/amounts.ts";
import type { Cost } from "../../engine/index.ts";
import type { LayerSummary } from "../../nn/index.ts";
import type { Blueprint, Objective } from "../../ebm/training.ts";
import { findRecipe, findSystem, resolve, type Overrides } from "../config/resolve.ts";
import { standIn } from "../datasets/standIn.ts";
import { asked, type Ending } from "../failure.ts";
import { adapterLine, environmentOf } from "../run/environment.ts";
import { say, type World } from "../world.ts";

export interface ExplainOptions extends Overrides {
  /** Whether the time of an update is estimated, which takes about a second. */
  calibration: boolean;
  /** Every dispatch of an update. */
  plan?: boolean;
  /** Every dispatch and every shader. */
  wgsl?: boolean;
}

/** Prints it, and trains nothing. Data sets need not be there: pictures of nothing stand in for them. */
export async function explain(world: World, name: string, options: ExplainOptions): Promise<Ending> {
  const run = await resolve(world, name, options, world.cwd);
  const system = findSystem(world, run.system);
  const adapter = adapterLine(environmentOf(await world.openDevice()));
  const training = await asked(system.open(run.settings, standIn, { prepared: false }));
  try {
    const blueprint = await training.explain();
    const { summary, source } = findRecipe(world, run.recipe);
    say(world, `${run.recipe}: ${summary}\nsource: ${source}\nsystem: ${run.system}`);
    section(world, "objective", objectiveRows(system.objective(run.settings)));
    for (const net of blueprint.nets) netSection(world, net);
    section(world, "memory", memoryRows(blueprint));
    section(world, "an update", workRows(blueprint));
    if (options.calibration)
      section(world, "time", await asked(timeRows(blueprint, adapter, Number(run.settings.updates))));
    if (options.plan || options.wgsl)
      say(world, `\nplan of an update\n${blueprint.update.explain({ wgsl: options.wgsl ?? false })}`);
    return "ok";
  } finally {
    training.dispose();
  }
}

type Row = readonly string[];

/** A title, and rows of columns below it. */
function section(world: World, title: string, rows: readonly Row[]): void {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  const lines = rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at])).join("  ")}`.trimEnd());
  say(world, `\n${title}\n${lines.join("\n")}`);
}

function objectiveRows({ loss, where, sign, temperature }: Objective): Row[] {
  const degree =
    temperature === null
      ? "none: chains without noise descend, and sample from no density"
      : `${temperature.formula} = ${Number(temperature.value.toPrecision(4))}`;
  return [["minimised", loss], ...where, ["sign", sign], ["temperature", degree]];
}

function netSection(world: World, { name, item, layers }: Blueprint["nets"][number]): void {
  const all = layers.flatMap(({ parameters }) => parameters);
  const output = layers.at(-1)?.output ?? [];
  const rows = layers.map((layer): Row => [
    layer.name || "-",
    layer.ops.join(" "),
    batchShape(layer.output),
    layer.parameters.length === 0 ? "" : numbers(layer.parameters),
    layer.parameters
      .map((parameter) => `${parameter.name.slice(layer.name.length + 1)} [${parameter.shape.join(", ")}]`)
      .join(", "),
  ]);
  const head = ["layer", "ops", "output", "parameters", ""];
  section(world, `net ${name}: ${batchShape([1, ...item])} → ${batchShape(output)}, ${numbers(all)} parameters`, [
    head,
    ...rows,
  ]);
}

/** `[n, 32, 14, 14]`, of a batch of n items. */
const batchShape = ([first, ...rest]: readonly number[]): string =>
  `[${[first === 1 ? "n" : first, ...rest].filter((extent) => extent !== undefined).join(", ")}]`;

/** `10 593` */
const numbers = (parameters: LayerSummary["parameters"]): string =>
  String(parameters.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0)).replace(
    /\B(?=(\d{3})+$)/g,
    " ",
  );

function memoryRows({ data, state, update: { storage, memory, otherwise } }: Blueprint): Row[] {
  const saved = showBytes(memory.unplanned - memory.planned);
  return [
    ...(data === null ? [] : [["data", data]]),
    ...Object.entries(state).map(([name, bytes]): Row => [name, showBytes(bytes)]),
    ["an update", `${showBytes(memory.given + memory.planned)} at its peak, arguments included`],
    ["", `${showBytes(memory.planned)} of it planned, ${saved} less than with a buffer for every intermediate`],
    [
      "",
      `activations kept in ${storage}; with engine.storage=${otherwise.storage} ${showBytes(otherwise.memory.planned)} would be planned`,
    ],
  ];
}

function workRows({ update: { cost, loops } }: Blueprint): Row[] {
  return [
    ["in all", ...costCells(cost)],
    ...loops.map(({ label, count, each }): Row => [`each of ${count} × ${label || "loop"}`, ...costCells(each)]),
  ];
}

const costCells = ({ dispatches, flops, read, written }: Cost): Row => [
  `${dispatches} dispatches`,
  showFlops(flops),
  `${showBytes(read)} read`,
  `${showBytes(written)} written`,
];

async function timeRows({ update }: Blueprint, adapter: string, updates: number): Promise<Row[]> {
  const { run, clock, rows } = await update.profile();
  const dearest = [...rows].sort((a, b) => b.share - a.share).slice(0, 3);
  return [
    ["an update", `about ${showMicroseconds(run)}`],
    [`${updates} updates`, `about ${showMicroseconds(run * updates)}, without pictures and checkpoints`],
    ["an estimate", `from one on copies and each of its kernels alone, on ${adapter}, by ${clock}`],
    ...dearest.map(({ share, label, times }, at): Row => [
      at === 0 ? "mostly" : "",
      `${(100 * share).toFixed(0)} % ${label}, ${times} ×`,
    ]),
  ];
}
