/** Turns a cluster into a kernel: its shader with the generated expressions in their slots. */

import { kernels } from "../../shaders/index.ts";
import type { KernelSource } from "../device/pipelines.ts";
import type { Target } from "../device/target.ts";
import type { Choice } from "../form.ts";
import { gridOf } from "../grid.ts";
import type { Launch } from "../op.ts";
import { sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { assemble } from "./assemble.ts";
import {
  elementOf,
  Emitter,
  toStored,
  wgslFunction,
  type ArgumentWords,
  type LeafUse,
  type Surroundings,
} from "./emit.ts";
import { computeFours, fourOf, itemOf, type Result } from "./fours.ts";
import { baseOf, storedBy, type Cluster } from "./fuse.ts";
import { noHalves, type Halves } from "./halves.ts";
import { lengthsFirst } from "./lengths.ts";
import { Sizes } from "./sizes.ts";

/** A cluster as a kernel, but for the choice of buffers. */
export interface Lowered {
  groups: readonly [number, number, number];
  flops: number;
  /** The form of its kernel, where that has several. */
  choice: Choice | null;
  /** What is bound, in order: operands, results, then leaves but for those whose buffers results take over. */
  binds(shared: Shared): readonly Tensor[];
  /** Leaves read only at the element being written: a result of their type and size may take over their buffer. */
  aligned: readonly Tensor[];
  /** The kernel, given which result lies in the buffer of which leaf. */
  source(shared: Shared): KernelSource;
}

/** Results, and the leaves in whose buffers they lie. */
export type Shared = ReadonlyMap<Tensor, Tensor>;

/** What a kernel is, before its leaves are declared. */
interface Parts {
  launch: Omit<Launch, "inputs">;
  operands: readonly Tensor[];
  slots: Record<string, string>;
  /** What the aliases of its shader stand for, where a buffer holds no f32. */
  aliases?: Record<string, string>;
  /** The slot in front of which leaves are declared. */
  declareIn: string;
  /** How many vectors of four an item is of the buffers of results, and of leaves that are read only at the element being written. */
  fours?: number;
}

/** `target` decides which form of a kernel is used, `halves` are kept in f16. */
export function lower(cluster: Cluster, words: ArgumentWords, target: Target, halves: Halves): Lowered {
  const uses = new Map<Tensor, LeafUse>(
    cluster.leaves.map((leaf, index) => [leaf, { index, aligned: true, read: false }]),
  );
  const sizes = new Sizes();
  const parts = partsOf(cluster, { leaves: uses, words, sizes, halves }, target);
  const { file, output, fixed } = layoutOf(parts);
  const { entry = "main" } = parts.launch;
  const leaves = cluster.leaves.filter((leaf) => uses.get(leaf)!.read);
  const leafBinding = (leaf: Tensor) => fixed + uses.get(leaf)!.index;
  const results = [
    { tensor: cluster.root, ...output },
    ...cluster.besides.map((tensor, at) => ({ tensor, name: `${BESIDES}${at}`, binding: fixed + uses.size + at })),
  ];
  const own = (shared: Shared) => leaves.filter((leaf) => ![...shared.values()].includes(leaf));
  return {
    groups: parts.launch.groups,
    flops: parts.launch.flops,
    choice: parts.launch.choice ?? null,
    binds: (shared) => [...parts.operands, ...storedBy(cluster), ...own(shared)],
    aligned: leaves.filter(
      (leaf) => uses.get(leaf)!.aligned && !parts.operands.some((operand) => baseOf(operand) === leaf),
    ),
    source(shared) {
      const declare = (binding: number, access: string, name: string, tensor: Tensor) => {
        const type = itemOf(tensor, halves, uses.get(tensor)?.aligned === false ? undefined : parts.fours);
        return `@group(0) @binding(${binding}) var<storage, ${access}> ${name}: array<${type}>;\n`;
      };
      const declarations = [
        ...results.slice(1).map(({ tensor, name, binding }) => declare(binding, "read_write", name, tensor)),
        ...own(shared).map((leaf) => declare(leafBinding(leaf), "read", `leaf${uses.get(leaf)!.index}`, leaf)),
      ];
      const inPlace = (text: string) =>
        results.reduce((changed, { tensor, name }) => {
          const leaf = shared.get(tensor);
          return leaf === undefined ? changed : changed.replaceAll(`leaf${uses.get(leaf)!.index}[`, `${name}[`);
        }, text);
      const slots = Object.fromEntries(Object.entries(parts.slots).map(([slot, text]) => [slot, inPlace(text)]));
      if (declarations.length > 0) slots[parts.declareIn] = `${declarations.join("")}\n${slots[parts.declareIn]}`;
      const text = assemble(file, slots, parts.launch.constants, parts.aliases);
      return {
        file,
        ...sizes.given(target.dearLengths ? lengthsFirst(text, entry) : text, parts.launch.sizes ?? {}),
        entry,
        overrides: parts.launch.overrides,
        bindings: [
          ...parts.operands.map((_, binding) => ({ binding, access: "read" as const })),
          ...results.map(({ binding }) => ({ binding, access: "read_write" as const })),
          ...own(shared).map((leaf) => ({ binding: leafBinding(leaf), access: "read" as const })),
        ],
      };
    },
  };
}

/** What the buffers of results besides the root are called, with a number. */
const BESIDES = "beside";

/** Where a shader binds its result, and the first binding that is free for leaves. */
function layoutOf({ launch }: Parts): { file: string; output: { binding: number; name: string }; fixed: number } {
  const text = kernels[launch.shader];
  const [, binding, name] = /@binding\((\d+)\) var<storage, read_write> (\w+)/.exec(text)!;
  return { file: launch.shader, output: { binding: Number(binding), name }, fixed: Number(binding) + 1 };
}

function partsOf(cluster: Cluster, around: Surroundings, target: Target): Parts {
  const { core } = cluster;
  if (core === null) return expression(cluster, around, target);
  if (core.op.kind === "reduce") return reduction(cluster, around);
  if (core.op.kind !== "kernel" && core.op.kind !== "update")
    throw new TypeError(`lower: ${core.describe()} is not a kernel`);
  const { inputs, ...launch } = core.op.launch(core, core.inputs, core.attributes, target);
  const slots: Record<string, string> = isBare(cluster) ? {} : { epilogue: epilogue(cluster, launch.shader, around) };
  const aliases = aliasesOf(launch.shader, [...inputs, cluster.root], around.halves);
  return { launch, operands: inputs, slots, aliases, declareIn: "epilogue" };
}

/** The aliases of a shader for what the buffers of these tensors hold, bound in this order, as far as they are halves. */
function aliasesOf(shader: string, bound: readonly Tensor[], halves: Halves): Record<string, string> {
  const names = [...kernels[shader].matchAll(/^@group\(0\) @binding\(\d\) .*: array<(\w+)>;$/gm)].map(
    ([, name]) => name,
  );
  const narrow = bound.flatMap((tensor, at) => (halves.has(baseOf(tensor)) ? [names[at]] : []));
  if (narrow.some((name) => !name.startsWith("Element")))
    throw new TypeError(`lower: shaders/${shader}.wgsl has no alias for what a buffer holds that is f16`);
  return Object.fromEntries(narrow.map((name) => [name, "f16"]));
}

/** Lines of an expression beyond which a loop around it takes compilers too long. */
const LONG = 60;
/** Lines up to which, and elements from which on, an expression goes over four neighbours at a time. */
const SHORT = 40;
const MANY = 2 ** 16;

function expression(cluster: Cluster, around: Surroundings, target: Target): Parts {
  const { root } = cluster;
  const emitter = new Emitter(around, new Map(), "i");
  const value = toStored(emitter.at(root, "i"), root, around.halves);
  const results = [{ tensor: root, buffer: "y", value }, ...besidesOf(cluster, emitter, around.halves)];
  const { lines } = emitter;
  const each = lines.length > LONG ? 1 : target.elements(root.size);
  const inFours =
    each >= 4 &&
    root.size >= MANY &&
    lines.length <= SHORT &&
    storedBy(cluster).every((tensor) => fourOf(tensor, around.halves) !== null);
  const fours = inFours ? (target.dearLengths ? each / 4 : 1) : undefined;
  const width = fours === undefined ? 1 : 4 * fours;
  return {
    launch: {
      shader: "elementwise",
      entry: each === width ? "single" : "main",
      sizes: { COUNT: Math.ceil(root.size / width) },
      overrides: { EACH: each / width },
      groups: gridOf(Math.ceil(root.size / each)),
      flops: root.size,
    },
    operands: [],
    slots: {
      element: `alias Element = ${itemOf(root, around.halves, fours)};`,
      compute:
        fours === undefined
          ? `fn compute(i: u32) {\n${[...lines, ...storesOf(results)].map((line) => `  ${line}\n`).join("")}}`
          : computeFours(lines, results, around.leaves, around.halves, fours),
    },
    declareIn: "compute",
    fours,
  };
}

/** Terms of a reduction that are written out: the places of all are then known before it runs. */
const FEW = 16;
/** Lines that they may take, to keep shaders quick to compile. */
const MANY_LINES = 500;

function reduction(cluster: Cluster, around: Surroundings): Parts {
  const node = cluster.core!;
  if (node.op.kind !== "reduce") throw new TypeError("lower: not a reduction");
  const [x] = node.inputs;
  const { axes } = node.attributes as { axes: readonly number[] };
  const count = sizeOf(axes.map((axis) => x.shape[axis]));
  const { combine } = node.op;
  const element = elementOf(node, noHalves);
  const slots: Record<string, string> = {
    element: `alias Element = ${element};`,
    combine: wgslFunction("combine", `a: ${element}, b: ${element}`, element, [], combine.wgsl),
    ...inSlots(element, totalOf(node, around)),
  };
  if (!isBare(cluster)) slots.epilogue = epilogue(cluster, "reduce", around);
  return {
    launch: {
      shader: "reduce",
      sizes: { ROWS: node.size, COUNT: count },
      overrides: { IDENTITY: combine.identity },
      groups: gridOf(node.size),
      flops: x.size,
    },
    operands: [],
    slots,
    aliases: around.halves.has(cluster.root) ? { ElementY: "f16" } : {},
    declareIn: "load",
  };
}

/** How a reduction goes over its terms: the lines and the value of the total of result `o`, or in a loop those of its term `r`. */
export interface Total {
  lines: readonly string[];
  value: string;
  inLoop: boolean;
}

/** A reduction whose terms stand one after the other, or in a loop where that takes too many lines. */
export function totalOf(node: Tensor, around: Surroundings): Total {
  const { axes } = node.attributes as { axes: readonly number[] };
  const count = sizeOf(axes.map((axis) => node.inputs[0].shape[axis]));
  const term = (emitter: Emitter, r: string) => emitter.reduced(node.inputs[0], axes, r);
  if (count <= FEW) {
    const emitter = new Emitter(around, new Map(), null);
    const terms = Array.from({ length: count }, (_, r) => term(emitter, `${r}u`));
    const value = terms.reduce((before, next) => `combine(${before}, ${next})`, "IDENTITY");
    if (emitter.lines.length <= MANY_LINES) return { lines: emitter.lines, value, inLoop: false };
  }
  const emitter = new Emitter(around, new Map(), null);
  return { value: term(emitter, "r"), lines: emitter.lines, inLoop: true };
}

const inSlots = (element: string, { lines, value, inLoop }: Total): Record<string, string> =>
  inLoop
    ? { load: wgslFunction("load", "o: u32, r: u32", element, lines, value) }
    : { load: "", total: wgslFunction("total", "o: u32, once: u32", element, lines, value) };

/** Whether the result of a core is stored as it is, and nothing besides. */
const isBare = ({ root, besides, core }: Cluster): boolean => root === core && besides.length === 0;

/** Coordinates that a shader may call its epilogue with, and their axes, counted from the last. */
const COORDINATES = new Map([
  [-3, "channel"],
  [-2, "row"],
  [-1, "column"],
]);

/** The epilogue of a shader, which says what it is called with: where an expression asks for such coordinates, no index is taken apart. */
function epilogue(cluster: Cluster, shader: string, around: Surroundings): string {
  const core = cluster.core!;
  const [, parameters] = /^fn epilogue\((.*)\) ->/m.exec(kernels[shader])!;
  const names = parameters.split(", ").map((parameter) => parameter.split(":")[0]);
  const parts = core.shape.map((_, axis) => {
    const name = COORDINATES.get(axis - core.rank);
    return name !== undefined && names.includes(name) ? name : null;
  });
  const emitter = new Emitter(around, new Map([[core, "value"]]), "i", { shape: core.shape, parts });
  const value = emitter.at(cluster.root, "i");
  const stores = storesOf(besidesOf(cluster, emitter, around.halves));
  return wgslFunction("epilogue", parameters.replace("Element", "f32"), "f32", [...emitter.lines, ...stores], value);
}

/** What a cluster stores besides its root. */
const besidesOf = ({ besides }: Cluster, emitter: Emitter, halves: Halves): Result[] =>
  besides.map((tensor, at) => ({
    tensor,
    buffer: `${BESIDES}${at}`,
    value: toStored(emitter.at(tensor, "i"), tensor, halves),
  }));

/** Lines that store results at index `i`; they come after all that is read, which they may overwrite. */
const storesOf = (results: readonly Result[]): string[] =>
  results.map(({ buffer, value }) => `${buffer}[i] = ${value};`);
