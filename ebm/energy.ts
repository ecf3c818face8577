/**
 * The energy convention: E(x) is low where data is, p(x) ∝ exp(−E(x) / T).
 *
 * Publications disagree about the sign; whatever they call f is brought to this form here and nowhere else.
 */

import type { Tensor } from "../engine/index.ts";

/** `x [n, …] → [n]` */
export type Energy = (x: Tensor) => Tensor;

/** The energy of an unnormalised log-density: its negative. */
export const fromLogDensity =
  (logDensity: Energy): Energy =>
  (x) =>
    logDensity(x).neg();

/** E / T: what an energy is at temperature 1 if E is at temperature T. */
export const tempered =
  (energy: Energy, temperature: number): Energy =>
  (x) =>
    energy(x).div(temperature);

/** The energy whose density is the product of the others' densities. */
export const sumOf =
  (...energies: readonly Energy[]): Energy =>
  (x) =>
    energies.map((energy) => energy(x)).reduce((a, b) => a.add(b));
