/** Writes the expression of a cluster as WGSL: a flat list of `let` lines, every value and index computed once. */

import { argumentOp, constantOp, iotaOp, iterationOp } from "../ops/sources.ts";
import type { DType } from "../hostArray.ts";
import { Position, type IndexMath } from "../position.ts";
import { sameShape, stridesOf, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Halves } from "./halves.ts";
import type { Sizes } from "./sizes.ts";

/** How a leaf is read within a cluster. */
export interface LeafUse {
  /** Its place among the leaves of the cluster; the text calls its buffer `leaf3`. */
  index: number;
  /** Whether every read is at the position being written, so that the buffer may be overwritten on the way. */
  aligned: boolean;
  /** Whether it is read at all: what only orders a program is not. */
  read: boolean;
  /** The text that reads an element, where the leaf is not in a buffer of the cluster's own. */
  element?(this: void, index: string): string;
}

/** Where the arguments of a program lie in its parameter block, in words. */
export type ArgumentWords = ReadonlyMap<Tensor, number>;

/** How an element of a type lies in a buffer, unless it is kept as a half. */
export const stored: Record<DType, string> = { f32: "f32", u32: "u32", bool: "u32", key: "vec2u" };

/** How an element of a tensor lies in its buffer. */
export const elementOf = (tensor: Tensor, halves: Halves): string =>
  halves.has(tensor) ? "f16" : stored[tensor.dtype];

/** What the expressions of a cluster have in common. */
export interface Surroundings {
  /** The tensors read from buffers, with what is known of each. */
  leaves: Map<Tensor, LeafUse>;
  words: ArgumentWords;
  sizes: Pick<Sizes, "nameOf">;
  /** Tensors that are kept in f16. */
  halves: Halves;
  /** The variable that holds the index of a loop; `iterationIndex()` does unless there is one. */
  indices?: ReadonlyMap<Tensor, string>;
}

export class Emitter {
  readonly lines: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, string>();
  readonly #math: IndexMath<string, string>;

  constructor(
    readonly around: Surroundings,
    /** Values known by name: the result of a core inside its epilogue. */
    readonly given: ReadonlyMap<Tensor, string>,
    /** The index being written; null where reads are never aligned. */
    readonly target: string | null,
    /** The coordinates of the index being written in a tensor of this shape: their names, null where they are not at hand. */
    readonly known: { shape: Shape; parts: readonly (string | null)[] } | null = null,
  ) {
    this.#math = indexMath((expression) => this.#bind("i", expression), around.sizes);
  }

  /** The value of `node` at a row-major index, as the name of a `let`. */
  at(node: Tensor, index: string): string {
    return this.#value(node, this.position(node.shape, index));
  }

  position(shape: Shape, index: string): Position<string, string> {
    const { known } = this;
    if (index === this.target && known !== null && sameShape(shape, known.shape))
      return Position.both(this.#math, shape, index, (axis) => known.parts[axis]);
    return Position.linear(this.#math, shape, index);
  }

  /** The value of `x` at reduced index `r` (over `axes`) of result `o` (over the other axes). */
  reduced(x: Tensor, axes: readonly number[], r: string): string {
    const kept = x.shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
    const shapeOf = (list: readonly number[]) => list.map((axis) => x.shape[axis]);
    const outer = this.position(shapeOf(kept), "o");
    const inner = this.position(shapeOf(axes), r);
    const part = (axis: number) =>
      axes.includes(axis) ? inner.part(axes.indexOf(axis)) : outer.part(kept.indexOf(axis));
    return this.#value(x, Position.both(this.#math, x.shape, this.#joint(x.shape, axes, r), part));
  }

  /** The row-major index that is `o` over all axes but `axes` and `r` over those: neighbours that both keep or both reduce are one axis to it. */
  #joint(shape: Shape, axes: readonly number[], r: string): string {
    const runs: { reduced: boolean; extent: number; stride: number }[] = [];
    for (const [axis, stride] of stridesOf(shape).entries()) {
      const reduced = axes.includes(axis);
      const run = runs.at(-1);
      if (run?.reduced === reduced) Object.assign(run, { extent: run.extent * shape[axis], stride });
      else runs.push({ reduced, extent: shape[axis], stride });
    }
    const terms = [false, true].flatMap((reduced) => {
      const own = runs.filter((run) => run.reduced === reduced);
      const position = this.position(
        own.map(({ extent }) => extent),
        reduced ? r : "o",
      );
      return own.map(({ stride }, at) => this.#math.scale(position.part(at), stride));
    });
    return terms.reduce((a, b) => this.#math.sum(a, b), this.#math.constant(0));
  }

  #bind(prefix: string, expression: string): string {
    const known = this.#names.get(expression);
    if (known !== undefined) return known;
    const name = `${prefix}${this.#names.size}`;
    this.#names.set(expression, name);
    this.lines.push(`let ${name} = ${expression};`);
    return name;
  }

  #value(node: Tensor, position: Position<string, string>): string {
    const key = `${node.id} ${position.key}`;
    const value = this.#values.get(key) ?? this.#computed(node, position);
    this.#values.set(key, value);
    return value;
  }

  #computed(node: Tensor, position: Position<string, string>): string {
    const given = this.given.get(node);
    if (given !== undefined) return given;
    const leaf = this.around.leaves.get(node);
    if (leaf !== undefined) return this.#load(node, leaf, position.linear);
    switch (node.op.kind) {
      case "source":
        return this.#source(node, position);
      case "elementwise": {
        const values = node.inputs.map((input) => this.#value(input, position));
        const names: Record<string, string> = { x: values[0], y: values[1], z: values[2] };
        return this.#bind(
          "v",
          node.op.wgsl.replace(/(?<!\.)\b[xyz]\b/g, (letter) => names[letter]),
        );
      }
      case "movement":
        return this.#moved(node, position);
      default:
        throw new TypeError(`emit: ${node.describe()} is not an expression`);
    }
  }

  #load(node: Tensor, leaf: LeafUse, index: string): string {
    leaf.read = true;
    if (index !== this.target) leaf.aligned = false;
    const element = leaf.element?.(index) ?? `leaf${leaf.index}[${index}]`;
    if (this.around.halves.has(node)) return this.#bind("v", `f32(${element})`);
    return this.#bind("v", node.dtype === "bool" ? `${element} != 0u` : element);
  }

  #moved(node: Tensor, position: Position<string, string>): string {
    if (node.op.kind !== "movement") throw new TypeError("emit: not a movement");
    const { alternatives, fill } = node.op.read(
      position,
      node.inputs.map((input) => input.shape),
      node.attributes,
      (input, at) => this.#value(node.inputs[input], at),
    );
    const last = alternatives.at(-1)!;
    let value = fill === undefined || last.when === null ? null : literal(fill, node.dtype);
    for (const { when, input, position: from } of [...alternatives].reverse()) {
      const read = this.#value(node.inputs[input], from);
      value = value === null || when === null ? read : this.#bind("v", `select(${value}, ${read}, ${when})`);
    }
    return value!;
  }

  #source(node: Tensor, position: Position<string, string>): string {
    if (node.op === iotaOp) return position.linear;
    if (node.op === iterationOp) return this.#bind("v", this.around.indices?.get(node) ?? "iterationIndex()");
    if (node.op === (constantOp as unknown)) {
      const { value } = node.attributes as { value: number | readonly [number, number] };
      // A name for each number, because WGSL refuses constant expressions that overflow.
      return typeof value === "number"
        ? this.#bind("v", literal(value, node.dtype))
        : `vec2u(${value[0]}u, ${value[1]}u)`;
    }
    const word = this.around.words.get(node);
    if (node.op !== (argumentOp as unknown) || word === undefined)
      throw new TypeError(`emit: ${node.describe()} has no value here`);
    if (node.dtype === "key") return this.#bind("v", `vec2u(parameter(${word}u), parameter(${word + 1}u))`);
    const bits = `parameter(${word}u)`;
    return this.#bind(
      "v",
      node.dtype === "u32" ? bits : node.dtype === "bool" ? `${bits} != 0u` : `bitcast<f32>(${bits})`,
    );
  }
}

/** A value of a tensor as it is put into its buffer. */
export function toStored(value: string, tensor: Tensor, halves: Halves): string {
  if (halves.has(tensor)) return `f16(${value})`;
  return tensor.dtype === "bool" ? `select(0u, 1u, ${value})` : value;
}

/** A number as WGSL text. */
export function literal(value: number, dtype: DType): string {
  if (dtype === "bool") return value === 0 ? "false" : "true";
  if (dtype === "u32") return `${value}u`;
  if (dtype === "key") return "vec2u()";
  const text = String(Math.fround(value));
  return /[.e]/.test(text) ? text.replace("e+", "e") : `${text}.0`;
}

/** A function of the generated code. */
export const wgslFunction = (
  name: string,
  parameters: string,
  type: string,
  lines: readonly string[],
  result: string,
): string =>
  `fn ${name}(${parameters}) -> ${type} {\n${[...lines, `return ${result};`].map((line) => `  ${line}\n`).join("")}}`;

/**
 * Index arithmetic as text, with constants folded. Its numbers are sizes of the dispatch, but for those that it divides by: as
 * constants they are far cheaper.
 */
function indexMath(bind: (expression: string) => string, sizes: Pick<Sizes, "nameOf">): IndexMath<string, string> {
  const known = (a: string) => (/^\d+u$/.test(a) ? Number.parseInt(a, 10) : null);
  const constant = (value: number) => `${value >>> 0}u`;
  const size = (value: number) => sizes.nameOf(value);
  const fold = (a: string, compute: (value: number) => number, expression: () => string) => {
    const value = known(a);
    return value === null ? bind(expression()) : constant(compute(value));
  };
  return {
    constant,
    sum: (a, b) => (known(a) === 0 ? b : known(b) === 0 ? a : bind(`${a} + ${b}`)),
    shift: (a, n) =>
      n === 0
        ? a
        : fold(
            a,
            (value) => value + n,
            () => (n < 0 ? `${a} - ${size(-n)}` : `${a} + ${size(n)}`),
          ),
    mirror: (a, n) =>
      fold(
        a,
        (value) => n - value,
        () => `${size(n)} - ${a}`,
      ),
    scale: (a, factor) =>
      factor === 1
        ? a
        : factor === 0
          ? "0u"
          : fold(
              a,
              (value) => value * factor,
              () => `${a} * ${size(factor)}`,
            ),
    // Along an axis without elements nothing is ever read, but the text must compile.
    divide: (a, divisor) =>
      divisor <= 1
        ? a
        : fold(
            a,
            (value) => Math.floor(value / divisor),
            () => `${a} / ${divisor}u`,
          ),
    modulo: (a, divisor) =>
      divisor <= 1
        ? "0u"
        : fold(
            a,
            (value) => value % divisor,
            () => `${a} % ${divisor}u`,
          ),
    limit: (a, n) =>
      fold(
        a,
        (value) => Math.min(value, n),
        () => `min(${a}, ${size(n)})`,
      ),
    within: (a, low, high) => (low === 0 ? `${a} < ${size(high)}` : `${a} >= ${size(low)} && ${a} < ${size(high)}`),
    both: (a, b) => `(${a}) && (${b})`,
  };
}
