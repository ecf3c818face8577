/** Turns a cluster into a kernel: its shader with the generated expressions in their slots. */

import { kernels } from "../../shaders/index.ts";
import type { KernelSource } from "../device/pipelines.ts";
import type { Target } from "../device/target.ts";
import { gridOf } from "../grid.ts";
import type { DType } from "../hostArray.ts";
import type { Launch } from "../op.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { assemble } from "./assemble.ts";
import { Emitter, stored, toStored, wgslFunction, type ArgumentWords, type LeafUse } from "./emit.ts";
import { baseOf, type Cluster } from "./fuse.ts";

/** A cluster as a kernel, but for the choice of buffers. */
export interface Lowered {
  groups: readonly [number, number, number];
  flops: number;
  /** What is bound, in order: operands, the result, then leaves. */
  binds: readonly Tensor[];
  /** Leaves of the result's type read only at the element being written: the result may take over their buffer. */
  aligned: readonly Tensor[];
  /** The kernel when the leaf `shared`, if any, lies in the buffer of the result. */
  source(shared: Tensor | null): KernelSource;
}

/** What a kernel is, before its leaves are declared. */
interface Parts {
  launch: Omit<Launch, "inputs">;
  operands: readonly Tensor[];
  slots: Record<string, string>;
  /** The slot in front of which leaves are declared. */
  declareIn: string;
}

/** `target` decides which form of a kernel is used. */
export function lower(cluster: Cluster, words: ArgumentWords, target: Target): Lowered {
  const uses = new Map<Tensor, LeafUse>(
    cluster.leaves.map((leaf, index) => [leaf, { index, aligned: true, read: false }]),
  );
  const parts = partsOf(cluster, uses, words, target);
  const { file, output, fixed } = layoutOf(parts);
  const leaves = cluster.leaves.filter((leaf) => uses.get(leaf)!.read);
  const leafBinding = (use: LeafUse) => fixed + use.index;
  return {
    groups: parts.launch.groups,
    flops: parts.launch.flops,
    binds: [...parts.operands, cluster.root, ...leaves],
    aligned: leaves.filter(
      (leaf) =>
        uses.get(leaf)!.aligned &&
        stored[leaf.dtype] === stored[cluster.root.dtype] &&
        !parts.operands.some((operand) => baseOf(operand) === leaf),
    ),
    source(shared) {
      const own = [...uses].filter(([leaf, { read }]) => read && leaf !== shared);
      const declarations = own.map(
        ([leaf, use]) =>
          `@group(0) @binding(${leafBinding(use)}) var<storage, read> leaf${use.index}: array<${stored[leaf.dtype]}>;\n`,
      );
      const named = Object.entries(parts.slots).map(([slot, text]) => [
        slot,
        shared === null ? text : text.replaceAll(`leaf${uses.get(shared)!.index}[`, `${output.name}[`),
      ]);
      const slots = Object.fromEntries(named) as Record<string, string>;
      if (declarations.length > 0) slots[parts.declareIn] = `${declarations.join("")}\n${slots[parts.declareIn]}`;
      return {
        file,
        wgsl: assemble(file, slots, parts.launch.constants),
        entry: parts.launch.entry ?? "main",
        overrides: parts.launch.overrides,
        bindings: [
          ...parts.operands.map((_, binding) => ({ binding, access: "read" as const })),
          { binding: output.binding, access: "read_write" as const },
          ...own.map(([, use]) => ({ binding: leafBinding(use), access: "read" as const })),
        ],
      };
    },
  };
}

/** Where a shader binds its result, and the first binding that is free for leaves. */
function layoutOf({ launch }: Parts): { file: string; output: { binding: number; name: string }; fixed: number } {
  const text = kernels[launch.shader];
  const [, binding, name] = /@binding\((\d+)\) var<storage, read_write> (\w+)/.exec(text)!;
  return { file: launch.shader, output: { binding: Number(binding), name }, fixed: Number(binding) + 1 };
}

function partsOf(cluster: Cluster, leaves: Map<Tensor, LeafUse>, words: ArgumentWords, target: Target): Parts {
  const { root, core } = cluster;
  if (core === null) return expression(root, leaves, words, target);
  if (core.op.kind === "reduce") return reduction(cluster, leaves, words);
  if (core.op.kind !== "kernel" && core.op.kind !== "update")
    throw new TypeError(`lower: ${core.describe()} is not a kernel`);
  const { inputs, ...launch } = core.op.launch(core, core.inputs, core.attributes, target);
  const slots: Record<string, string> = core === root ? {} : { epilogue: epilogue(root, core, leaves, words) };
  return { launch, operands: inputs, slots, declareIn: "epilogue" };
}

/** Lines of an expression beyond which a loop around it takes compilers too long. */
const LONG = 60;

function expression(root: Tensor, leaves: Map<Tensor, LeafUse>, words: ArgumentWords, { elements }: Target): Parts {
  const emitter = new Emitter(leaves, words, new Map(), "i");
  const value = toStored(emitter.at(root, "i"), root.dtype);
  const each = emitter.lines.length > LONG ? 1 : elements(root.size);
  return {
    launch: {
      shader: "elementwise",
      entry: each === 1 ? "single" : "main",
      overrides: { COUNT: root.size, EACH: each },
      groups: gridOf(Math.ceil(root.size / each)),
      flops: root.size,
    },
    operands: [],
    slots: {
      element: `alias Element = ${stored[root.dtype]};`,
      load: wgslFunction("load", "i: u32", root.dtype, emitter.lines, value),
    },
    declareIn: "load",
  };
}

/** Terms of a reduction that are written out: the places of all are then known before it runs. */
const FEW = 16;
/** Lines that they may take, to keep shaders quick to compile. */
const MANY_LINES = 500;

function reduction({ root, core }: Cluster, leaves: Map<Tensor, LeafUse>, words: ArgumentWords): Parts {
  const node = core!;
  if (node.op.kind !== "reduce") throw new TypeError("lower: not a reduction");
  const [x] = node.inputs;
  const { axes } = node.attributes as { axes: readonly number[] };
  const count = sizeOf(axes.map((axis) => x.shape[axis]));
  const { combine } = node.op;
  const element = stored[node.dtype];
  const slots: Record<string, string> = {
    element: `alias Element = ${element};`,
    combine: wgslFunction("combine", `a: ${element}, b: ${element}`, node.dtype, [], combine.wgsl),
    ...((count <= FEW ? writtenOut(node, axes, count, leaves, words) : null) ?? inLoop(node, axes, leaves, words)),
  };
  if (root !== node) slots.epilogue = epilogue(root, node, leaves, words);
  return {
    launch: {
      shader: "reduce",
      overrides: { ROWS: node.size, COUNT: count, IDENTITY: combine.identity },
      groups: gridOf(node.size),
      flops: x.size,
    },
    operands: [],
    slots,
    declareIn: "load",
  };
}

/** A reduction whose terms stand one after the other; null where that takes too many lines. */
function writtenOut(
  node: Tensor,
  axes: readonly number[],
  count: number,
  leaves: Map<Tensor, LeafUse>,
  words: ArgumentWords,
): Record<string, string> | null {
  const emitter = new Emitter(leaves, words, new Map(), null);
  const terms = Array.from({ length: count }, (_, r) => emitter.reduced(node.inputs[0], axes, `${r}u`));
  if (emitter.lines.length > MANY_LINES) return null;
  const total = terms.reduce((before, term) => `combine(${before}, ${term})`, "IDENTITY");
  return { load: "", total: wgslFunction("total", "o: u32", node.dtype, emitter.lines, total) };
}

/** A reduction that goes over its terms in a loop. */
function inLoop(
  node: Tensor,
  axes: readonly number[],
  leaves: Map<Tensor, LeafUse>,
  words: ArgumentWords,
): Record<string, string> {
  const emitter = new Emitter(leaves, words, new Map(), null);
  const value = emitter.reduced(node.inputs[0], axes, "r");
  return { load: wgslFunction("load", "o: u32, r: u32", node.dtype, emitter.lines, value) };
}

function epilogue(root: Tensor, core: Tensor, leaves: Map<Tensor, LeafUse>, words: ArgumentWords): string {
  const emitter = new Emitter(leaves, words, new Map([[core, "value"]]), "i");
  const value = emitter.at(root, "i");
  const dtype: DType = "f32";
  return wgslFunction("epilogue", "value: f32, i: u32", dtype, emitter.lines, value);
}
