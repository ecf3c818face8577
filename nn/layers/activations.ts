/** Activations and reshaping as layers. */

import * as ops from "../../engine/index.ts";
import { stateless, type Module } from "../module.ts";

/** max(x, slope · x) */
export const leakyRelu = (slope = 0.01): Module => stateless((x) => x.leakyRelu(slope));

export const relu = (): Module => stateless((x) => x.relu());

/** x · sigmoid(x) */
export const silu = (): Module => stateless((x) => x.silu());

export const tanh = (): Module => stateless((x) => x.tanh());

export const sigmoid = (): Module => stateless((x) => x.sigmoid());

export const softplus = (): Module => stateless((x) => x.softplus());

/** `[n, …] → [n, product of the rest]` */
export const flatten = (): Module => stateless((x) => ops.flatten(x, 1));
