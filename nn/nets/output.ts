/** What a generator's numbers go through at its end. */

import { sigmoid, tanh } from "../layers/activations.ts";
import { stateless, type Module } from "../module.ts";

/** Onto (−1, 1), onto (0, 1), or as they are. */
export type Output = "tanh" | "sigmoid" | "identity";

export const outputLayer = (output: Output): Module =>
  ({ tanh: tanh(), sigmoid: sigmoid(), identity: stateless((x) => x) })[output];
