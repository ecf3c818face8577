/** Which function of shaders/chain.wgsl a cluster is as a stage, and what that one asks for. */

import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { scaled, type Places } from "./chainPlaces.ts";
import { literal, stored, type Surroundings } from "./emit.ts";
import { baseOf, type Cluster } from "./fuse.ts";
import { totalOf } from "./lower.ts";
import { functionsIn } from "./work.ts";

/** The hand-written part of a stage. */
export interface Core {
  /** The slots with the functions that it is made of, for so many chains in a workgroup. */
  pattern(this: void, chains: number): readonly string[];
  /** The functions and constants that it asks for, but `keep`. */
  wiring: string;
  /** The parameters of `keep`. */
  parameters: string;
  /** What those parameters are to the expressions of the cluster. */
  given: ReadonlyMap<Tensor, string>;
  known: { shape: Shape; parts: readonly string[] } | null;
  /** What a thread does one of, for so many chains, and how many steps it takes it. */
  items(this: void, chains: number): number;
  length: number;
  /** Sums and products of all chains. */
  flops: number;
}

export function coreOf(cluster: Cluster, around: Surroundings, places: Places): Core {
  const { core, root } = cluster;
  const cost = functionsIn(cluster).reduce((total, { op }) => total + (op.kind === "elementwise" ? op.cost : 0), 1);
  if (core === null)
    return {
      ...{ pattern: () => ["each"], wiring: "", parameters: "i: u32", given: new Map(), known: null },
      ...{ items: places.items(root), length: cost, flops: 0 },
    };
  return core.op.kind === "reduce" ? sum(core, cost, around, places) : product(core, cost, places);
}

function sum(core: Tensor, cost: number, around: Surroundings, places: Places): Core {
  if (core.op.kind !== "reduce") throw new TypeError(`chain: ${core.describe()} is no sum`);
  const [x] = core.inputs;
  const { combine } = core.op;
  const element = stored[core.dtype];
  const count = x.size / Math.max(core.size, 1);
  const { lines, value, inLoop } = totalOf(core, around);
  const text = (head: string, result: string) =>
    `fn ${head} -> ${element} {\n${[...lines, `return ${result};`].map((line) => `  ${line}\n`).join("")}}`;
  return {
    pattern: () => (inLoop ? ["terms", "sum"] : ["sum"]),
    wiring: [
      `alias Element0 = ${element};`,
      `const IDENTITY0 = Element0(${literal(combine.identity, core.dtype)});`,
      `fn combine0(a: ${element}, b: ${element}) -> ${element} { return ${combine.wgsl}; }`,
      inLoop
        ? `const TERMS0 = ${count}u;\n${text("term0(o: u32, r: u32)", value)}\n`
        : `${text("total0(o: u32)", value.replace(/\b(combine|IDENTITY)\b/g, "$10"))}\n`,
    ].join("\n"),
    parameters: `value: ${element}, i: u32`,
    ...{ given: new Map([[core, "value"]]), known: null },
    ...{ items: places.items(core), length: count * cost, flops: x.size },
  };
}

/** From this many rows on, a thread had better compute four of them. */
const ROWS = 3;

function product(core: Tensor, cost: number, places: Places): Core {
  const { chains, turned } = places.walk;
  const { transposeB } = core.attributes as { transposeB: boolean };
  const [a, b] = core.inputs.map(baseOf);
  const [rows, terms] = core.inputs[0].shape;
  const [left, right] = [places.of(a), places.of(transposeB ? turned.get(core.inputs[1])! : b)];
  // What the workgroup holds of chains begins with its own first row.
  const own = left.held?.ofChains === true;
  const start = places.ofChains(core) ? ` + ${scaled("first", (rows / chains) * terms)}` : "";
  const wide = (count: number) => (rows / chains) * count >= ROWS;
  const items = places.items(core);
  return {
    pattern: (count) => [wide(count) ? "product" : "single"],
    wiring: [
      `fn left0(i: u32) -> f32 { return ${own ? `${left.held!.name}[i]` : left.element(`i${start}`)}; }`,
      `fn right0(i: u32) -> f32 { return ${right.element("i")}; }`,
      `const COLUMNS0 = ${core.shape[1]}u;`,
      `const TERMS0 = ${terms}u;\n`,
    ].join("\n"),
    parameters: "value: f32, i: u32, row: u32, column: u32",
    given: new Map([[core, "value"]]),
    known: { shape: core.shape, parts: ["row", "column"] },
    items: (count) => (wide(count) ? Math.ceil(items(count) / 4) : items(count)),
    ...{ length: terms + cost, flops: 2 * core.size * terms },
  };
}
