/**
 * Two-dimensional convolution (cross-correlation, as in PyTorch) and its adjoints.
 *
 * conv2d, conv2dInput and conv2dWeight are the three partial derivatives of one form, linear in image, weight and output
 * alike. So each one's gradients are the other two, to any order.
 */

import { expectFloats } from "../expect.ts";
import { gridOf, tilesOf } from "../grid.ts";
import type { Attributes, KernelOp } from "../op.ts";
import { sameShape, showShape, sizeOf, type Shape } from "../shape.ts";
import { apply, type Tensor } from "../tensor.ts";

type Pair = readonly [number, number];

export interface Conv2dOptions {
  /** Distance between windows, one number or [rows, columns]; at least 1. */
  stride?: number | Pair;
  /** Zeros around the image, one number or [rows, columns]. */
  padding?: number | Pair;
  /** Distance between the taps of a window; at least 1. */
  dilation?: number | Pair;
}

interface Window extends Attributes {
  stride: Pair;
  padding: Pair;
  dilation: Pair;
}

const pair = (value: number | Pair | undefined, fallback: number): Pair =>
  value === undefined ? [fallback, fallback] : typeof value === "number" ? [value, value] : value;

function windowOf({ stride, padding, dilation }: Conv2dOptions): Window {
  const window = { stride: pair(stride, 1), padding: pair(padding, 0), dilation: pair(dilation, 1) };
  const whole = (values: Pair, least: number) => values.every((value) => Number.isInteger(value) && value >= least);
  if (!whole(window.stride, 1) || !whole(window.padding, 0) || !whole(window.dilation, 1))
    throw new RangeError(`conv2d: stride and dilation are integers ≥ 1, padding ≥ 0, got ${JSON.stringify(window)}`);
  return window;
}

/** How many windows fit along one axis. */
const windows = (extent: number, taps: number, axis: 0 | 1, { stride, padding, dilation }: Window): number =>
  Math.floor((extent + 2 * padding[axis] - dilation[axis] * (taps - 1) - 1) / stride[axis]) + 1;

/** The overrides that the three shaders share, from the shapes of image, weight and output. */
function geometry(x: Shape, w: Shape, y: Shape, window: Window): Record<string, number> {
  return {
    BATCH: x[0],
    C: x[1],
    H: x[2],
    W: x[3],
    O: w[0],
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

/** The greatest common divisor. */
const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

/** Multiply-adds of one convolution, two operations each. */
const flopsOf = (w: Shape, y: Shape): number => 2 * sizeOf(y) * sizeOf(w.slice(1));

/** Calls `visit` with the indices of every product x · w that adds to an output y. */
function eachProduct(x: Shape, w: Shape, y: Shape, o: Window, visit: (x: number, w: number, y: number) => void): void {
  const [batch, channels, height, width] = x as [number, number, number, number];
  const [outputs, , tapRows, tapColumns] = w as [number, number, number, number];
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
                  ((n * channels + c) * height + row) * width + column,
                  ((out * channels + c) * tapRows + u) * tapColumns + v,
                  ((n * outputs + out) * y[2] + p) * y[3] + q,
                );
              }
}

const conv2dOp: KernelOp<Window> = {
  kind: "kernel",
  name: "conv2d",
  infer([x, w], window) {
    const show = `x ${showShape(x.shape)}, w ${showShape(w.shape)}`;
    if (x.rank !== 4 || w.rank !== 4)
      throw new RangeError(`conv2d: takes x [n, c, h, w] and w [o, c, kh, kw], got ${show}`);
    if (x.shape[1] !== w.shape[1])
      throw new RangeError(`conv2d: channels differ, ${x.shape[1]} and ${w.shape[1]} (${show})`);
    expectFloats("conv2d", [x, w]);
    const rows = windows(x.shape[2], w.shape[2], 0, window);
    const columns = windows(x.shape[3], w.shape[3], 1, window);
    if (rows < 1 || columns < 1 || w.shape[2] < 1 || w.shape[3] < 1)
      throw new RangeError(`conv2d: the window does not fit into the padded image (${show})`);
    return { shape: [x.shape[0], w.shape[0], rows, columns], dtype: "f32" };
  },
  reference([x, w], window, { shape }) {
    const y = new Float64Array(sizeOf(shape));
    eachProduct(x.shape, w.shape, shape, window, (i, j, k) => (y[k] += x.data[i] * w.data[j]));
    return y;
  },
  launch(node, [x, w], window) {
    const [batch, outputs, rows, columns] = node.shape as [number, number, number, number];
    return {
      shader: "conv2d",
      overrides: geometry(x.shape, w.shape, node.shape, window),
      inputs: [x, w],
      groups: gridOf(tilesOf(outputs, batch * rows * columns)),
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

/** Up to this many channels, a thread had better compute one than eight of which most are missing. */
const NARROW = 3;

const conv2dInputOp: KernelOp<Shaped> = {
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
  launch(node, [y, w], window) {
    const [batch, channels, height, width] = node.shape as [number, number, number, number];
    const [strideH, strideW] = window.stride;
    const narrow = channels <= NARROW;
    const [shareH, shareW] = [commonDivisor(strideH, window.dilation[0]), commonDivisor(strideW, window.dilation[1])];
    const pixels = batch * Math.ceil(height / strideH) * Math.ceil(width / strideW);
    return {
      shader: "conv2dInput",
      entry: narrow ? "narrow" : "main",
      overrides: {
        ...geometry(node.shape, w.shape, y.shape, window),
        TAP_STEP_H: strideH / shareH,
        TAP_STEP_W: strideW / shareW,
        ROW_STEP: window.dilation[0] / shareH,
        COLUMN_STEP: window.dilation[1] / shareW,
      },
      inputs: [y, w],
      groups: gridOf(narrow ? channels * Math.ceil(pixels / 8) : tilesOf(channels, pixels), strideH * strideW),
      flops: flopsOf(w.shape, y.shape),
    };
  },
  vjp: [
    (dx, [, w], _x, window) => apply(conv2dOp, [dx, w], window),
    (dx, [y, w], _x, window) => conv2dWeight(dx, y, { ...window, shape: w.shape }),
  ],
};

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
  launch(_node, [x, y], window) {
    const taps = sizeOf(window.shape.slice(1));
    return {
      shader: "conv2dWeight",
      overrides: { ...geometry(x.shape, window.shape, y.shape, window), SPLITS: window.splits },
      inputs: [x, y],
      groups: gridOf(tilesOf(window.shape[0], taps), window.splits),
      flops: flopsOf(window.shape, y.shape),
    };
  },
  vjp: [
    (dw, [x, y], _w, window) => conv2dInput(y, dw, { ...window, shape: x.shape }),
    (dw, [x], _w, window) => apply(conv2dOp, [x, dw], window),
  ],
};

/** Convolution: `x [n, c, h, w], w [o, c, kh, kw] → [n, o, oh, ow]`; a last row or column that does not fit is dropped. */
export const conv2d = (x: Tensor, w: Tensor, options: Conv2dOptions = {}): Tensor =>
  apply(conv2dOp, [x, w], windowOf(options));

/** Whether conv2d takes an image and a weight of these shapes to a result of that one. */
const fits = (x: Shape, w: Shape, y: Shape, window: Window): boolean =>
  [x, w, y].every((shape) => shape.length === 4) &&
  sameShape(y, [x[0], w[0], windows(x[2], w[2], 0, window), windows(x[3], w[3], 1, window)]) &&
  x[1] === w[1];

/** The adjoint of `conv2d` towards its image, `y [n, o, oh, ow], w [o, c, kh, kw] → shape [n, c, h, w]`: transposed convolution. */
export function conv2dInput(y: Tensor, w: Tensor, options: Conv2dOptions & { shape: Shape }): Tensor {
  const window = windowOf(options);
  if (!fits(options.shape, w.shape, y.shape, window))
    throw new RangeError(
      `conv2dInput: no image ${showShape(options.shape)} gives y ${showShape(y.shape)} under w ${showShape(w.shape)}`,
    );
  return apply(conv2dInputOp, [y, w], { ...window, shape: options.shape });
}

/** The adjoint of `conv2d` towards its weight: `x [n, c, h, w], y [n, o, oh, ow] → shape [o, c, kh, kw]`. */
export function conv2dWeight(x: Tensor, y: Tensor, options: Conv2dOptions & { shape: Shape }): Tensor {
  const window = windowOf(options);
  if (!fits(x.shape, options.shape, y.shape, window))
    throw new RangeError(
      `conv2dWeight: no weight ${showShape(options.shape)} takes x ${showShape(x.shape)} to y ${showShape(y.shape)}`,
    );
  return apply(conv2dWeightOp, [x, y], { ...window, shape: options.shape, splits: 1 });
}
