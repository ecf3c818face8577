/** Where the first number that is not finite arises: a program run op by op, each result looked at. */

import { isOutside } from "./compile/close.ts";
import { materialise } from "./eager.ts";
import { inOrder } from "./graph.ts";
import { isGradient, nameOf } from "./labels.ts";
import { isFinite, where } from "./ops/elementwise.ts";
import type { Body } from "./ops/loop.ts";
import { min } from "./ops/reduce.ts";
import { constant } from "./ops/sources.ts";
import { adopt, dispose, scope } from "./scope.ts";
import { showShape, stridesOf } from "./shape.ts";
import { apply, Tensor } from "./tensor.ts";
import { trace } from "./tracing.ts";
import { leavesOf, mapTree, tensorsOf, type Tree } from "./tree.ts";
import { toArray } from "./values.ts";

/** A tensor with a NaN or an infinity, though all that it was computed from is finite. */
export interface NonFinite {
  /** The op; `argument` for what came in that way, `tensor` for one that the program reads from outside. */
  op: string;
  /** The part of the program, such as a layer; of an argument, its path. */
  label: string;
  /** Whether it is part of a gradient. */
  gradient: boolean;
  /** The iterations of the loops it happened in, outermost first. */
  iterations: readonly { loop: string; index: number }[];
  /** The first element that is not finite, and what it is. */
  index: readonly number[];
  value: number;
  /** What it was computed from: finite numbers all. */
  inputs: readonly { name: string; shape: readonly number[]; low: number; high: number }[];
}

/** Tensors that are looked at with one read-back. */
const TOGETHER = 32;

/**
 * Runs a program on the device as it is written, without fusing, and finds the first tensor that is not finite; null if there
 * is none. What is masked later on counts too. Arguments are as for a compiled function and keep their content. Slow, and
 * takes the memory of every intermediate result of some dozen ops.
 */
export async function firstNonFinite<A extends readonly unknown[]>(
  program: (...inputs: A) => Tree,
  ...inputs: { [K in keyof A]: unknown }
): Promise<NonFinite | null> {
  const given = inputs.map((input) => mapTree(input, (leaf) => (typeof leaf === "number" ? constant(leaf) : leaf)));
  const watch = new Watch(new Map(leavesOf(given).map(([path, leaf]) => [leaf as Tensor, `argument ${path}`])));
  for (const [path, leaf] of leavesOf(given))
    if (leaf instanceof Tensor && leaf.dtype === "f32" && !(await watch.argument(path, leaf))) return watch.found;
  const outputs = tensorsOf(trace(() => program(...(given as unknown as A))));
  dispose(...(await watch.run(outputs, new Map(), [])));
  return watch.found;
}

/** `∇walk.6.matmul is Infinity at [3, 1] in iteration 12 of walk; from …`: a finding in a sentence. */
export function showNonFinite({ op, label, iterations, index, value, inputs }: NonFinite): string {
  const name = op === "argument" ? `argument ${label}` : nameOf({ label, op: { name: op } });
  const place = iterations
    .map(({ loop, index }) => ` in iteration ${index} of ${loop || "a loop"}`)
    .reverse()
    .join("");
  const number = (x: number) => Number(x.toPrecision(4));
  const from = inputs.map(
    ({ name, shape, low, high }) => `${name} ${showShape(shape)} between ${number(low)} and ${number(high)}`,
  );
  return `${name} is ${value} at ${showShape(index)}${place}${from.length > 0 ? `; from ${from.join(", ")}` : ""}`;
}

type Iterations = NonFinite["iterations"];

/** A node of the program, and what it came to on the device. */
interface Computed {
  node: Tensor;
  value: Tensor;
}

class Watch {
  found: NonFinite | null = null;

  /** `names` are those of the arguments. */
  constructor(readonly names: ReadonlyMap<Tensor, string>) {}

  /** Looks at a tensor given from outside; false if it is not finite. */
  async argument(path: string, tensor: Tensor): Promise<boolean> {
    await this.#look([{ node: tensor, value: tensor }], new Map(), []);
    if (this.found !== null) this.found = { ...this.found, op: "argument", label: path, gradient: false, inputs: [] };
    return this.found === null;
  }

  /** The values of `outputs`, which the caller disposes of; none once something is found. */
  async run(outputs: readonly Tensor[], known: ReadonlyMap<Tensor, Tensor>, iterations: Iterations): Promise<Tensor[]> {
    const values = new Map(known);
    const order = inOrder(outputs, (node) => !values.has(node) && !isOutside(node));
    const uses = new Map<Tensor, number>();
    const use = (node: Tensor, change: number) => uses.set(node, (uses.get(node) ?? 0) + change);
    for (const output of outputs) use(output, 1);
    for (const { inputs } of order) for (const input of inputs) use(input, 1);
    /** What is disposed of here, once nothing needs it. */
    const owned = new Map<Tensor, Tensor>();
    const loops = new Map<Tensor, Tensor[]>();
    let waiting: Computed[] = [];
    const settle = async (): Promise<void> => {
      await this.#look(waiting, values, iterations);
      waiting = [];
      for (const [node, value] of owned) if (uses.get(node) === 0 && owned.delete(node)) dispose(value);
    };
    for (const node of order) {
      if (values.has(node)) continue;
      if (node.op.kind === "loop") {
        await settle();
        loops.set(node, this.found === null ? await this.#loop(node, values, iterations) : []);
      } else {
        const { value, mine } = computed(node, values, loops);
        values.set(node, value);
        if (mine) owned.set(node, value);
        waiting.push({ node, value });
      }
      for (const input of node.inputs) use(input, -1);
      if (waiting.length >= TOGETHER) await settle();
      if (this.found !== null) break;
    }
    await settle();
    const results = this.found === null ? outputs.map((output) => another(values.get(output)!)) : [];
    dispose([...owned.values()], [...loops.values()]);
    return results;
  }

  async #loop(node: Tensor, values: ReadonlyMap<Tensor, Tensor>, iterations: Iterations): Promise<Tensor[]> {
    const { body } = node.attributes as { body: Body };
    let carry = node.inputs.slice(0, body.carried.length).map((input) => another(values.get(input)!));
    for (let index = 0; index < body.count && this.found === null; index++) {
      const inside = new Map(body.captured.map((tensor) => [tensor, values.get(tensor)!]));
      inside.set(body.index, constant(index, "u32"));
      body.carried.forEach((placeholder, at) => inside.set(placeholder, carry[at]));
      const next = await this.run(body.results, inside, [...iterations, { loop: node.label, index }]);
      dispose(carry);
      carry = next;
    }
    return carry;
  }

  /** Finds the first of some tensors that is not finite, unless one was found before. */
  async #look(
    computed: readonly Computed[],
    values: ReadonlyMap<Tensor, Tensor>,
    iterations: Iterations,
  ): Promise<void> {
    const looked = computed.filter(({ value }) => value.dtype === "f32" && value.size > 0);
    if (this.found !== null || looked.length === 0) return;
    const first = scope(() =>
      looked.reduce(
        (least, { value }, at) => least.minimum(min(where(isFinite(value), constant(TOGETHER), constant(at)))),
        constant(TOGETHER),
      ),
    );
    const { data } = await toArray(first);
    dispose(first);
    if (data[0] < TOGETHER) this.found = await finding(looked[data[0]], values, iterations, this.names);
  }
}

/** What a node comes to from the values of its inputs, and whether it has a buffer that is to be given back. */
function computed(
  node: Tensor,
  values: ReadonlyMap<Tensor, Tensor>,
  loops: ReadonlyMap<Tensor, readonly Tensor[]>,
): { value: Tensor; mine: boolean } {
  if (isOutside(node)) materialise(node);
  if (node.storage !== null || node.op.kind === "source") return { value: node, mine: false };
  if (node.op.kind === "pick")
    return { value: loops.get(node.inputs[0])![(node.attributes as { index: number }).index], mine: false };
  const inputs = node.inputs.map((input) => values.get(input)!);
  const value = apply(node.op, inputs, node.attributes);
  // A view would lose what it looks at; an integer or a key that is known from constants alone needs no buffer.
  if (value.dtype === "f32" || value.state === "view") materialise(value);
  return { value, mine: true };
}

/** The same tensor to be disposed of apart; one that is known from constants needs no disposing. */
const another = (tensor: Tensor): Tensor => (tensor.storage === null ? tensor : adopt(tensor, tensor.storage.hold()));

async function finding(
  { node, value }: Computed,
  values: ReadonlyMap<Tensor, Tensor>,
  iterations: Iterations,
  names: ReadonlyMap<Tensor, string>,
): Promise<NonFinite> {
  const { data } = await toArray(value);
  const at = data.findIndex((x) => !Number.isFinite(x));
  const inputs = node.inputs.filter(({ dtype, op }) => dtype === "f32" && op.kind !== "loop");
  return {
    op: node.op.name,
    label: node.label,
    gradient: isGradient(node.label),
    iterations,
    index: node.shape.map((extent, axis) => Math.floor(at / stridesOf(node.shape)[axis]) % extent),
    value: data[at],
    inputs: await Promise.all(
      inputs.map(async (input) => ({
        name: names.get(input) ?? sourceName(input),
        shape: input.shape,
        ...(await range(values.get(input)!)),
      })),
    ),
  };
}

/** What a person calls an input: its op, or what it was given as. */
function sourceName(node: Tensor): string {
  const { label } = node.attributes as { label?: string };
  return node.op.kind === "source" && label !== undefined ? label : nameOf(node);
}

async function range(tensor: Tensor): Promise<{ low: number; high: number }> {
  const { data } = await toArray(tensor);
  let [low, high] = [Infinity, -Infinity];
  for (const x of data) [low, high] = [Math.min(low, x), Math.max(high, x)];
  return { low, high };
}
