/** Forms of a kernel: shaders, or entry points of one, that give the same bits and suit different adapters and sizes. */

import type { Target } from "./device/target.ts";
import type { Launch } from "./op.ts";

/** One form, as it is started for one use. */
export type Form = Pick<Launch, "shader" | "entry" | "constants" | "groups">;

/** The kernel of one use of an op as a product of matrices: what decides which form is the fastest. */
export interface ProductSize {
  /** How many products, of matrices that have nothing in common. */
  products: number;
  rows: number;
  columns: number;
  /** Length of the sums. */
  terms: number;
}

/** The choice that was made, and what else there was. */
export interface Choice {
  /** Uses of this name take the same form: the op, and extents rounded up to powers of two. */
  kind: string;
  form: string;
  forms: readonly string[];
}

/**
 * Forms that were chosen, by kind, as `autotune` measured them, or by op, which pins one for all its uses. They change what takes how long,
 * and no bit of any result.
 */
export type Choices = ReadonlyMap<string, string>;

/** `matmulSubgroup.narrow` */
export const formName = ({ shader, entry }: Form): string => (entry === undefined ? shader : `${shader}.${entry}`);

/** The least power of two that is not below n. */
const rounded = (n: number): number => (n <= 1 ? 1 : 2 ** Math.ceil(Math.log2(n)));

/**
 * The form that a target takes for a use of `op`: the one that was chosen for it, else `suited`, which the op's own table says.
 * `forms` are all that run there.
 */
export function chosenForm(
  { choices }: Target,
  op: string,
  { products, rows, columns, terms }: ProductSize,
  forms: readonly Form[],
  suited: Form,
): Form & { choice: Choice } {
  const kind = `${op} ${[products, rows, columns, terms].map(rounded).join(" × ")}`;
  const wanted = choices.get(kind) ?? choices.get(op);
  const form = forms.find((one) => formName(one) === wanted) ?? suited;
  return { ...form, choice: { kind, form: formName(form), forms: forms.map(formName) } };
}

/** Which loops become chain kernels: all or none as was chosen, else, or by `loop.suited`, as the target's table says. */
export function chainsOn({ choices, chains }: Target): Target["chains"] {
  const wanted = choices.get("loop");
  return wanted === "loop.chain" ? "all" : wanted === "loop.dispatches" ? "none" : chains;
}

/** The ops whose kernels have several forms. */
const ops = ["matmul", "conv2d", "conv2dInput", "conv2dWeight"];

/** The names of all forms that run on a target. */
export const formsOn = ({ lanes, tiles }: Target): string[] => [
  ...ops.flatMap((op) => {
    const isMatmul = op === "matmul";
    const bySubgroups = isMatmul ? ["matmulSubgroup.main", "matmulSubgroup.narrow"] : [`${op}Subgroup`];
    const wide = ["main", "half", ...(op === "conv2dWeight" ? ["across"] : [])].map((entry) => `${op}Wide.${entry}`);
    const ofFew = { conv2d: ["conv2dTaps"], conv2dInput: ["conv2dInputRows"] }[op] ?? [];
    const ofLanes = lanes === null ? [] : [...bySubgroups, ...ofFew, ...(lanes === 8 ? wide : [])];
    const inTiles = isMatmul ? ["matmulTile.main", "matmulTile.large"] : [`${op}Tile`];
    return [op, `${op}.narrow`, ...ofLanes, ...(tiles ? inTiles : [])];
  }),
  ...["loop.dispatches", "loop.chain"],
];

/** Choices by which all uses of the op that has this form take it. */
export const pinned = (form: string): Choices =>
  new Map([[form.replace(/(Subgroup|Taps|Rows|Wide|Tile)?(\.\w+)?$/, ""), form]]);
