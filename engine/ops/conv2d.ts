/**
 * Two-dimensional convolution (cross-correlation, as in PyTorch) and its adjoints.
 *
 * conv2d, conv2dInput and conv2dWeight are the three partial derivatives of one form, linear in image, weight and output
 * alike. So each one's gradients are the other two, to any order.
 */

import { expectFloats } from "../expect.ts";
import type { Lanes, Target } from "../device/target.ts";
import { chosenForm, type Choice, type Form, type ProductSize } from "../form.ts";
import { foldedGrid, gridOf, tilesOf } from "../grid.ts";
import type { KernelOp } from "../op.ts";
import { sameShape, showShape, sizeOf, type Shape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";
import { asElementwise, matmul } from "./matmul.ts";
import { pad } from "./movement.ts";
import { overlapAdd } from "./windows.ts";
import {
  pair,
  slidingWindow,
  windowsAlong,
  type Pair,
  type SlidingWindow,
  type WindowOptions,
} from "./slidingWindow.ts";

export interface Conv2dOptions extends WindowOptions {
  /** Parts into which the channels are cut, each with outputs of its own; at least 1. With one channel a part: depthwise. */
  groups?: number;
}

interface Window extends SlidingWindow {
  groups: number;
}

function windowOf(options: Conv2dOptions): Window {
  const { groups = 1 } = options;
  if (!Number.isInteger(groups) || groups < 1) throw new RangeError(`conv2d: groups is an integer ≥ 1, got ${groups}`);
  return { ...slidingWindow("conv2d", options), groups };
}

/** Whether channels and outputs are as many groups as they should be. */
const grouped = (x: Shape, w: Shape, { groups }: Window): boolean => x[1] === w[1] * groups && w[0] % groups === 0;

/** The sizes that the three shaders share, from the shapes of image, weight and output: channels are those of a group. */
function geometry(x: Shape, w: Shape, y: Shape, window: Window): Record<string, number> {
  return {
    BATCH: x[0],
    GROUPS: window.groups,
    C: w[1],
    H: x[2],
    W: x[3],
    O: w[0] / window.groups,
    OH: y[2],
    OW: y[3],
    KH: w[2],
    KW: w[3],
    STRIDE_H: window.stride[0],
    STRIDE_W: window.stride[1],
    PAD_H: window.padding[0],
    PAD_W: window.padding[1],
    DILATION_H: window.dilation[0],
    DILATION_W: window.dilation[1],
  };
}

/** Up to this many channels a group, a thread had better compute one than eight of which most are missing. */
const NARROW = 3;

/** Multiply-adds from which on the forms for large convolutions are worth compiling. */
const LARGE = 2 ** 24;

/** The entry points of a `…Wide` shader, with the rows and columns of their tiles. */
const WIDE: ReadonlyMap<string, Pair> = new Map([
  ["main", [32, 64]],
  ["half", [16, 64]],
]);
/** Weights have few columns where the image has few channels. */
const WIDE_OF_WEIGHT: typeof WIDE = new Map([...WIDE, ["across", [64, 32]]]);

/** A tile of which less than this is inside the result is not worth it. */
const FULL = 1 / 4;

/** The terms that conv2dTaps.wgsl holds at once, and its channels that share them. */
const MOST_TAPS = 32;
const SHARING = 64;

/**
 * Multiply-adds from which on it is worth compiling, by lanes: SwiftShader, which has 4, is quicker at that than llvmpipe. Then those for
 * conv2dInputRows.wgsl, which saves more.
 */
const WORTH_TAPS: Readonly<Record<Lanes, number>> = { 4: 2 ** 20, 8: LARGE };
const WORTH_ROWS = 2 ** 20;

/** A form for few channels or terms, and the multiply-adds from which on it is taken. */
interface Few {
  form: Form;
  worth: number;
}

/**
 * The form of a kernel and its grid, for results of so many channels, its rows, in each group; z repeats the grid. Tiles where most of
 * one is not empty, else one or eight channels to a thread.
 */
function formOf(
  shader: string,
  target: Target,
  size: ProductSize,
  { z = 1, wide = WIDE, few = null }: { z?: number; wide?: typeof WIDE; few?: Few | null } = {},
): Form & { choice: Choice } {
  const { lanes, tiles } = target;
  const { products: groups, rows: channels, columns, terms } = size;
  const inTiles = (rows: number, width: number) => groups * Math.ceil(channels / rows) * Math.ceil(columns / width);
  const work = groups * channels * columns * terms * z;
  const plain: Form = { shader, groups: gridOf(groups * tilesOf(channels, columns), z) };
  const narrow: Form = { shader, entry: "narrow", groups: gridOf(inTiles(1, 8), z) };
  const tile: Form = { shader: `${shader}Tile`, groups: foldedGrid(inTiles(64, 64), z) };
  const bySubgroups = (lanes: number): Form => ({
    ...{ shader: `${shader}Subgroup`, constants: { SG: lanes } },
    groups: foldedGrid(inTiles(16, 8 * lanes), z),
  });
  const inWide = [...(lanes === 8 ? wide : [])].map(([entry, [rows, width]]) => {
    const form: Form = { shader: `${shader}Wide`, entry, groups: foldedGrid(inTiles(rows, width), z) };
    return { form, full: (groups * channels * columns) / (inTiles(rows, width) * rows * width) };
  });
  const suited = (): Form => {
    if (tiles && channels >= 32 && columns >= 32) return tile;
    if (few !== null && work >= few.worth) return few.form;
    const fullest = inWide.reduce((a, b) => (b.full > a.full ? b : a), { form: plain, full: 0 });
    if (fullest.full >= FULL && work >= LARGE) return fullest.form;
    if (lanes !== null && channels >= 8 && columns > 4 * lanes) return bySubgroups(lanes);
    return channels <= NARROW ? narrow : plain;
  };
  const ofSubgroups =
    lanes === null ? [] : [bySubgroups(lanes), ...(few === null ? [] : [few.form]), ...inWide.map(({ form }) => form)];
  const forms = [plain, narrow, ...ofSubgroups, ...(tiles ? [tile] : [])];
  return chosenForm(target, shader, size, forms, suited());
}

/** conv2dTaps.wgsl, for sums of few terms. */
function byTaps({ lanes }: Target, { products, rows, columns, terms }: ProductSize): Few | null {
  if (lanes === null || terms > MOST_TAPS) return null;
  const tiles = products * Math.ceil(rows / SHARING) * Math.ceil(columns / (8 * lanes));
  const form: Form = { shader: "conv2dTaps", constants: { SG: lanes, TAPS: terms }, groups: foldedGrid(tiles) };
  return { form, worth: rows < 8 ? Infinity : WORTH_TAPS[lanes] };
}

/** The greatest common divisor. */
const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/** Multiply-adds of one convolution, two operations each. */
const flopsOf = (w: Shape, y: Shape): number => 2 * sizeOf(y) * sizeOf(w.slice(1));

/** Calls `visit` with the indices of every product x · w that adds to an output y. */
function eachProduct(x: Shape, w: Shape, y: Shape, o: Window, visit: (x: number, w: number, y: number) => void): void {
  const [batch, allChannels, height, width] = x as [number, number, number, number];
  const [outputs, channels, tapRows, tapColumns] = w as [number, number, number, number];
  const first = (out: number): number => Math.floor((out * o.groups) / outputs) * channels;
  for (let n = 0; n < batch; n++)
    for (let out = 0; out < outputs; out++)
      for (let p = 0; p < y[2]; p++)
        for (let q = 0; q < y[3]; q++)
          for (let c = 0; c < channels; c++)
            for (let u = 0; u < tapRows; u++)
              for (let v = 0; v < tapColumns; v++) {
                const row = p * o.stride[0] + u * o.dilation[0] - o.padding[0];
                const column = q * o.stride[1] + v * o.dilation[1] - o.padding[1];
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                visit(
                  ((n * allChannels + first(out) + c) * height + row) * width + column,
                  ((out * channels + c) * tapRows + u) * tapColumns + v,
                  ((n * outputs + out) * y[2] + p) * y[3] + q,
                );
              }
}

export const conv2dOp: KernelOp<Window> = {
  kind: "kernel",
  name: "conv2d",
  infer([x, w], window) {
    const show = `x ${showShape(x.shape)}, w ${showShape(w.shape)}`;
    if (x.rank !== 4 || w.rank !== 4)
      throw new RangeError(`conv2d: takes x [n, c, h, w] and w [o, c / groups, kh, kw], got ${show}`);
    if (!grouped(x.shape, w.shape, window))
      throw new RangeError(
        window.groups === 1
          ? `conv2d: channels differ, ${x.shape[1]} and ${w.shape[1]} (${show})`
          : `conv2d: ${x.shape[1]} channels and ${w.shape[0]} outputs are not ${window.groups} groups with ${w.shape[1]} channels each (${show})`,
      );
    expectFloats("conv2d", [x, w]);
    const rows = windowsAlong(x.shape[2], w.shape[2], 0, window);
    const columns = windowsAlong(x.shape[3], w.shape[3], 1, window);
    if (rows < 1 || columns < 1 || w.shape[2] < 1 || w.shape[3] < 1)
      throw new RangeError(`conv2d: the window does not fit into the padded image (${show})`);
    return { shape: [x.shape[0], w.shape[0], rows, columns], dtype: "f32" };
  },
  reference([x, w], window, { shape }) {
    const y = new Float64Array(sizeOf(shape));
    eachProduct(x.shape, w.shape, shape, window, (i, j, k) => (y[k] += x.data[i] * w.data[j]));
    return y;
  },
  launch(node, [x, w], window, target) {
    const { groups } = window;
    const size = {
      ...{ products: groups, rows: w.shape[0] / groups },
      ...{ columns: node.shape[0] * node.shape[2] * node.shape[3], terms: sizeOf(w.shape.slice(1)) },
    };
    return {
      ...formOf("conv2d", target, size, { few: byTaps(target, size) }),
      sizes: geometry(x.shape, w.shape, node.shape, window),
      overrides: {},
      inputs: [x, w],
      flops: flopsOf(w.shape, node.shape),
    };
  },
  vjp: [
    (dy, [x, w], _y, window) => conv2dInput(dy, w, { ...window, shape: x.shape }),
    (dy, [x, w], _y, window) => conv2dWeight(x, dy, { ...window, shape: w.shape }),
  ],
};

interface Shaped extends Window {
  shape: Shape;
}

export const conv2dInputOp: KernelOp<Shaped> = {
  kind: "kernel",
  name: "conv2dInput",
  infer(inputs, { shape }) {
    expectFloats("conv2dInput", inputs);
    return { shape, dtype: "f32" };
  },
  reference([y, w], window, { shape }) {
    const x = new Float64Array(sizeOf(shape));
    eachProduct(shape, w.shape, y.shape, window, (i, j, k) => (x[i] += y.data[k] * w.data[j]));
    return x;
  },
  launch(node, [y, w], window, target) {
    const [batch, , height, width] = node.shape as [number, number, number, number];
    const [strideH, strideW] = window.stride;
    const [shareH, shareW] = [commonDivisor(strideH, window.dilation[0]), commonDivisor(strideW, window.dilation[1])];
    const { groups } = window;
    const pixels = batch * Math.ceil(height / strideH) * Math.ceil(width / strideW);
    const terms = (w.shape[0] / groups) * Math.ceil(w.shape[2] / strideH) * Math.ceil(w.shape[3] / strideW);
    const size = { products: groups, rows: w.shape[1], columns: pixels, terms };
    const few = byRows(target, node.shape, w.shape, window);
    return {
      ...formOf("conv2dInput", target, size, { z: strideH * strideW, few }),
      sizes: {
        ...geometry(node.shape, w.shape, y.shape, window),
        TAP_STEP_H: strideH / shareH,
        TAP_STEP_W: strideW / shareW,
        ROW_STEP: window.dilation[0] / shareH,
        COLUMN_STEP: window.dilation[1] / shareW,
      },
      overrides: {},
      inputs: [y, w],
      flops: flopsOf(w.shape, y.shape),
    };
  },
  vjp: [
    (dx, [, w], _x, window) => apply(conv2dOp, [dx, w], window),
    (dx, [y, w], _x, window) => conv2dWeight(dx, y, { ...window, shape: w.shape }),
  ],
};

/** Whether conv2dInputRows.wgsl computes an adjoint: towards few channels, under few taps without strides and gaps. */
const isOfRows = ([, channels, ...taps]: Shape, { stride, dilation }: Window): boolean =>
  channels <= NARROW && taps.every((extent) => extent <= 3) && [...stride, ...dilation].every((step) => step === 1);

/** That form: a subgroup computes 128 pixels, on 8 lanes 4 rows of 32, on 4 lanes 8 rows of 16. */
function byRows({ lanes }: Target, [batch, , height, width]: Shape, w: Shape, window: Window): Few | null {
  if (lanes === null || !isOfRows(w, window)) return null;
  const [, channels, rows, columns] = w;
  const tiles = Math.ceil(height / (32 / lanes)) * Math.ceil(width / (4 * lanes));
  const form: Form = {
    ...{ shader: "conv2dInputRows", constants: { SG: lanes, CHANNELS: channels, TAPS_H: rows, TAPS_W: columns } },
    groups: foldedGrid(batch * window.groups * tiles),
  };
  return { form, worth: WORTH_ROWS };
}

interface Split extends Shaped {
  /** Parts into which the sum over pixels is cut; the result then has a leading axis of that extent. */
  splits: number;
}

export const conv2dWeightOp: KernelOp<Split> = {
  kind: "kernel",
  name: "conv2dWeight",
  infer(inputs, { shape, splits }) {
    expectFloats("conv2dWeight", inputs);
    return { shape: splits === 1 ? shape : [splits, ...shape], dtype: "f32" };
  },
  reference([x, y], window, { shape }) {
    const w = new Float64Array(sizeOf(shape));
    eachProduct(x.shape, window.shape, y.shape, window, (i, j, k) => (w[j] += x.data[i] * y.data[k]));
    return w;
  },
  launch(_node, [x, y], window, target) {
    const { shape, groups, splits } = window;
    const size = {
      ...{ products: groups, rows: shape[0] / groups, columns: sizeOf(shape.slice(1)) },
      terms: Math.ceil((y.shape[0] * y.shape[2] * y.shape[3]) / splits),
    };
    return {
      ...formOf("conv2dWeight", target, size, { z: splits, wide: WIDE_OF_WEIGHT }),
      sizes: { ...geometry(x.shape, window.shape, y.shape, window), SPLITS: splits },
      overrides: {},
      inputs: [x, y],
      flops: flopsOf(window.shape, y.shape),
    };
  },
  vjp: [
    (dw, [x, y], _w, window) => conv2dInput(y, dw, { ...window, shape: x.shape }),
    (dw, [x], _w, window) => apply(conv2dOp, [x, dw], window),
  ],
};

/**
 * Convolution: `x [n, c, h, w], w [o, c / groups, kh, kw] → [n, o, oh, ow]`; a last row or column that does not fit is
 * dropped. Group i of the outputs sees group i of the channels alone. For paddings that differ from side to side, `pad` x.
 */
export const conv2d = (x: Tensor, w: Tensor, options: Conv2dOptions = {}): Tensor =>
  apply(conv2dOp, [x, w], windowOf(options));

/**
 * The adjoint towards an image of few channels as a product at every place of y, which has a row for each channel and tap, and the
 * sum of what meets in a pixel: rows enough for the faster forms of the kernel. Null where it would not pay.
 */
export function asProductAtPlaces(node: Tensor): Tensor | null {
  const [y, w] = node.inputs as [Tensor, Tensor];
  const { shape, ...window } = node.attributes as Shaped;
  const { groups } = window;
  const [n, channels] = shape;
  const [outputs, ofGroup, ...taps] = w.shape as [number, number, number, number];
  const rows = ofGroup * sizeOf(taps);
  if (ofGroup > NARROW || rows <= 8 || rows > (8 * outputs) / groups || isOfRows(w.shape, window)) return null;
  const places = y.shape.slice(2);
  const products = conv2dInput(y, w.reshape([outputs, rows, 1, 1]), { groups, shape: [n, groups * rows, ...places] });
  const met = products.reshape([n, channels, ...taps, ...places]).transpose([0, 1, 4, 5, 2, 3]);
  return overlapAdd(met, { ...window, shape });
}

/** A convolution, or an adjoint of one, whose window is the whole image, as the product of matrices that it is; null for others. */
export function asProduct(node: Tensor): Tensor | null {
  const { groups, padding } = node.attributes as Window;
  const [a, b] = node.inputs as [Tensor, Tensor];
  const [x, w] = [node.op === conv2dInputOp ? node : a, node.op === conv2dWeightOp ? node : b];
  const whole = sameShape(x.shape.slice(2), w.shape.slice(2)) && padding.every((rows) => rows === 0);
  if (!whole || groups !== 1 || node.rank !== 4) return null;
  const [left, right] = [a, b].map((t) => t.reshape([t.shape[0], sizeOf(t.shape.slice(1))]));
  const product = {
    conv2d: () => matmul(left, right, { transposeB: true }),
    conv2dInput: () => matmul(left, right),
    conv2dWeight: () => matmul(right, left, { transposeA: true }),
  }[node.op.name]!();
  return (asElementwise(product) ?? product).reshape(node.shape);
}

/** Whether conv2d takes an image and a weight of these shapes to a result of that one. */
const fits = (x: Shape, w: Shape, y: Shape, window: Window): boolean =>
  [x, w, y].every((shape) => shape.length === 4) &&
  sameShape(y, [x[0], w[0], windowsAlong(x[2], w[2], 0, window), windowsAlong(x[3], w[3], 1, window)]) &&
  grouped(x, w, window);

/** What a message says of groups where there are any. */
const inGroups = ({ groups }: Window): string => (groups === 1 ? "" : ` in ${groups} groups`);

/** The adjoint of `conv2d` towards its image, `y [n, o, oh, ow], w [o, c / groups, kh, kw] → shape [n, c, h, w]`. */
export function conv2dInput(y: Tensor, w: Tensor, options: Conv2dOptions & { shape: Shape }): Tensor {
  const window = windowOf(options);
  if (!fits(options.shape, w.shape, y.shape, window))
    throw new RangeError(
      `conv2dInput: no image ${showShape(options.shape)} gives y ${showShape(y.shape)} under w ${showShape(w.shape)}${inGroups(window)}`,
    );
  return apply(conv2dInputOp, [y, w], { ...window, shape: options.shape });
}

/** The adjoint of `conv2d` towards its weight: `x [n, c, h, w], y [n, o, oh, ow] → shape [o, c / groups, kh, kw]`. */
export function conv2dWeight(x: Tensor, y: Tensor, options: Conv2dOptions & { shape: Shape }): Tensor {
  const window = windowOf(options);
  if (!fits(x.shape, options.shape, y.shape, window))
    throw new RangeError(
      `conv2dWeight: no weight ${showShape(options.shape)} takes x ${showShape(x.shape)} to y ${showShape(y.shape)}${inGroups(window)}`,
    );
  return apply(conv2dWeightOp, [x, y], { ...window, shape: options.shape, splits: 1 });
}

export interface ConvTranspose2dOptions extends Conv2dOptions {
  /** Rows and columns more at the end of the result, for images that conv2d takes to one shape; below stride or dilation. */
  outputPadding?: number | Pair;
}

/**
 * Transposed convolution, `x [n, i, h, w], w [i, o / groups, kh, kw] → [n, o, oh, ow]` with
 * oh = (h − 1) · stride − 2 · padding + dilation · (kh − 1) + outputPadding + 1, as PyTorch's conv_transpose2d: the adjoint
 * of the conv2d that has this w and these options.
 */
export function convTranspose2d(x: Tensor, w: Tensor, options: ConvTranspose2dOptions = {}): Tensor {
  const window = windowOf(options);
  const { stride, padding, dilation, groups } = window;
  const extra = pair(options.outputPadding ?? 0);
  const show = `x ${showShape(x.shape)}, w ${showShape(w.shape)}${inGroups(window)}`;
  if (x.rank !== 4 || w.rank !== 4)
    throw new RangeError(`convTranspose2d: takes x [n, i, h, w] and w [i, o / groups, kh, kw], got ${show}`);
  if (x.shape[1] !== w.shape[0])
    throw new RangeError(`convTranspose2d: channels differ, ${x.shape[1]} and ${w.shape[0]} (${show})`);
  if (x.shape[1] % groups !== 0)
    throw new RangeError(`convTranspose2d: ${x.shape[1]} channels do not divide into groups (${show})`);
  if (
    !extra.every((rows, axis) => Number.isInteger(rows) && rows >= 0 && rows < Math.max(stride[axis], dilation[axis]))
  )
    throw new RangeError(
      `convTranspose2d: outputPadding is ≥ 0 and below stride or dilation, got ${JSON.stringify({ outputPadding: extra, stride, dilation })}`,
    );
  const extent = (axis: 0 | 1) =>
    (x.shape[2 + axis] - 1) * stride[axis] -
    2 * padding[axis] +
    dilation[axis] * (w.shape[2 + axis] - 1) +
    extra[axis] +
    1;
  const shape = [x.shape[0], w.shape[1] * groups, extent(0), extent(1)];
  if ([...shape.slice(2), ...x.shape.slice(2), ...w.shape.slice(2)].some((rows) => rows < 1))
    throw new RangeError(`convTranspose2d: no image is left within the padding (${show})`);
  // An outputPadding of the stride or more has room for windows that x does not have: they are zero.
  const y = pad(x, [
    [0, 0],
    [0, 0],
    [0, Math.floor(extra[0] / stride[0])],
    [0, Math.floor(extra[1] / stride[1])],
  ]);
  return conv2dInput(y, w, { ...window, shape });
}
