/**
 * How far an f32 kernel may be from the float64 reference: a bound for every op from the magnitudes of its operands, and
 * what becomes of these bounds in a program of many ops.
 */

import type { ReferenceArray, Scalar } from "../op.ts";
import { inOrder } from "../graph.ts";
import { evaluate } from "../reference.ts";
import { threefry2x32 } from "../random/threefry.ts";
import type { StoredAs } from "../compile/halves.ts";
import type { Tensor } from "../tensor.ts";
import { rows } from "./elementwise.ts";
import { exact, SMALLEST, ulp, type Rounding } from "./ulp.ts";

/** Ops that are part of others, besides those with a row. */
const parts: Readonly<Record<string, Rounding>> = {
  share: exact,
  leakySlope: exact,
  // Half a unit for each factor, and 2.5 that WGSL allows a quotient.
  powInteger: (y, _x, n) => (Math.abs(n) / 2 + 2.5) * ulp(y),
  uniform: exact,
  normal: exact,
};

/** The error of every elementwise op, by its name. */
const roundings: Readonly<Record<string, Rounding>> = {
  ...parts,
  ...Object.fromEntries(Object.entries(rows).map(([name, { error }]) => [name, error ?? exact])),
};

/** What is rounded may fall below the smallest normal number and count as zero. */
const vanishing = (error: number): number => (error === 0 ? 0 : error + SMALLEST);

const numberOf = (value: Scalar): number => (typeof value === "number" ? value : value[0]);

/** Whether a kernel's additions may round; extremes and copies do not. */
const sums = ["sum", "matmul", "conv2d", "conv2dInput", "conv2dWeight", "putAdd", "cumsum"];

/** How many terms each result of a kernel adds up, at most. */
function termsOf({ op, inputs, attributes }: Tensor): number {
  const [a, b] = inputs;
  if (op.name === "matmul") return Math.max(...a.shape.slice(-2), ...b.shape.slice(-2));
  if (op.name === "putAdd") return b.size + 1;
  if (op.name === "cumsum") return a.shape[(attributes as { axis: number }).axis];
  if (op.name === "conv2d") return b.size / b.shape[0];
  if (op.name === "conv2dInput") return b.size / b.shape[1] / (attributes as { groups: number }).groups;
  return b.size / b.shape[1];
}

const absolute = (x: ReferenceArray): ReferenceArray => ({ ...x, data: x.data.map(Math.abs) });

/** A bound on what `node` itself adds to the error of its result, element by element. */
export function ownErrors(node: Tensor, inputs: readonly ReferenceArray[], value: ReferenceArray): Float64Array {
  const { op, attributes, dtype } = node;
  const none = new Float64Array(value.data.length);
  if (dtype !== "f32" || op.kind === "source" || op.kind === "movement") return none;
  if (op.kind === "elementwise") {
    if (!(op.name in roundings)) throw new Error(`rounding: no row for the elementwise op ${op.name}`);
    return none.map((_, i) =>
      vanishing(roundings[op.name](value.data[i], ...inputs.map(({ data }) => numberOf(data[i])))),
    );
  }
  if (!sums.includes(op.name)) return none;
  // Higham, Accuracy and Stability of Numerical Algorithms, (3.5): n · u · Σ |a b|, in any order of summation.
  const magnitudes = op.kind === "reduce" ? [absolute(inputs[0])] : inputs.map(absolute);
  const terms = op.kind === "reduce" ? inputs[0].data.length / Math.max(node.size, 1) : termsOf(node);
  const total =
    op.kind === "kernel" || op.kind === "update"
      ? op.reference(magnitudes, attributes, node)
      : evaluate([node], new Map([[node.inputs[0], magnitudes[0]]]))[0].data;
  return none.map((_, i) => terms * 2 ** -23 * total[i]);
}

/** Half the distance of neighbours among the f16, as a share of a number, and where they are smallest. */
const HALF = 2 ** -11;
const SMALLEST_HALF = 2 ** -25;

/**
 * What rounding to f16 may add to the error of a result, if it is stored so; rows, sums and what loops hand on never are. In the
 * disturbed runs it is added in full, up or down: it is no bound that is hardly ever reached, as those of f32 are.
 */
const halving = ({ op, dtype }: Tensor, x: number): number =>
  dtype === "f32" && (op.kind === "kernel" || op.kind === "elementwise") ? HALF * Math.abs(x) + SMALLEST_HALF : 0;

/** Runs of the reference with every op wrong by a random share of its bound. */
const DRAWS = 6;

/** How many times the largest deviation of these runs a device may show. */
const SAFETY = 4;

/**
 * Bounds on the errors of `outputs`. For a single op, its own. For more, the reference runs a few times with every
 * intermediate result moved at random within its op's bound; a device may be `SAFETY` times as far off as the worst of
 * these runs, and no further. Under `storage` f16, any of them may be stored as that but for the outputs.
 */
export function tolerances(
  outputs: readonly Tensor[],
  given: ReadonlyMap<Tensor, ReferenceArray>,
  exactly: readonly ReferenceArray[],
  storage: StoredAs = "f32",
): Float64Array[] {
  const single = outputs.every(({ inputs }) => inputs.every((input) => given.has(input)));
  if (single)
    return outputs.map((output, at) => {
      const operands = output.inputs.map((input) => given.get(input)!);
      return ownErrors(output, operands, exactly[at]).map((error) => error + SMALLEST);
    });
  const bounds = exactly.map(({ data }) => new Float64Array(data.length));
  for (let draw = 0; draw < DRAWS; draw++) {
    disturbed(outputs, given, draw, storage).forEach(({ data }, at) =>
      data.forEach((value, i) => {
        bounds[at][i] = Math.max(bounds[at][i], SAFETY * Math.abs(value - exactly[at].data[i]) + SMALLEST);
      }),
    );
  }
  return bounds;
}

function disturbed(
  outputs: readonly Tensor[],
  given: ReadonlyMap<Tensor, ReferenceArray>,
  draw: number,
  storage: StoredAs,
): ReferenceArray[] {
  const known = new Map(given);
  inOrder(outputs, (node) => !known.has(node)).forEach((node, step) => {
    if (known.has(node) || node.op.kind === "loop") return;
    const [value] = evaluate([node], known);
    if (node.op.kind === "pick") {
      known.set(node, value);
      return;
    }
    const errors = ownErrors(
      node,
      node.inputs.map((input) => known.get(input)!),
      value,
    );
    const halved = storage === "f16" && !outputs.includes(node);
    const data = value.data.map((x, i) => {
      const share = threefry2x32([draw, step], [i, 0])[0] / 2 ** 31 - 1;
      return x + errors[i] * share + (halved ? halving(node, x) * Math.sign(share) : 0);
    });
    known.set(node, { ...value, data });
  });
  return outputs.map((output) => known.get(output)!);
}
