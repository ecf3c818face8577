/** Activations and reshaping as layers. */

import * as ops from "../../engine/index.ts";
import { stateless, type Module } from "../module.ts";

export const relu = (): Module => stateless((x) => x.relu());

/** x where positive, else slope · x. */
export const leakyRelu = (slope = 0.01): Module => stateless((x) => x.leakyRelu(slope));

/** x where positive, else alpha · (eˣ − 1) */
export const elu = (alpha = 1): Module => stateless((x) => x.elu(alpha));

/** x · sigmoid(x) */
export const silu = (): Module => stateless((x) => x.silu());

/** x · Φ(x), with Φ the normal distribution function, or its formula with a hyperbolic tangent. */
export const gelu = (options: { approximate?: "none" | "tanh" } = {}): Module => stateless((x) => x.gelu(options));

/** log(1 + e^(beta · x)) / beta, and x where beta · x exceeds a threshold, if there is one. */
export const softplus = (options: { beta?: number; threshold?: number } = {}): Module =>
  stateless((x) => x.softplus(options));

export const tanh = (): Module => stateless((x) => x.tanh());

export const sigmoid = (): Module => stateless((x) => x.sigmoid());

/** Positive numbers that sum to 1 along an axis, the last by default: eˣ / Σ eˣ. */
export const softmax = (axis = -1): Module => stateless((x) => x.softmax(axis));

/** The logarithm of softmax, with its digits where that is 0. */
export const logSoftmax = (axis = -1): Module => stateless((x) => x.logSoftmax(axis));

/** `[n, …] → [n, product of the rest]` */
export const flatten = (): Module => stateless((x) => ops.flatten(x, 1));
