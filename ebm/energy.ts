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

/** ‖x‖² / 2 scale²: the energy of N(0, scale²) in every coordinate, the reference of CoopNets and the latents of GEBM. */
export const gaussian =
  (scale = 1): Energy =>
  (x) =>
    x
      .square()
      .flatten(1)
      .sum(1)
      .div(2 * scale ** 2);

/**
 * The energy of latents: E(G(z)), plus that of their own distribution if it is given, such as `gaussian()` where z ~ N(0, I).
 * Then exp(−energy) is the law of the latents of a generalised EBM (Arbel et al. 2021), whose G(z) has the density
 * exp(−E) relative to what the generator draws.
 */
export const through =
  (generator: (z: Tensor) => Tensor, energy: Energy, latents?: Energy): Energy =>
  (z) =>
    latents === undefined ? energy(generator(z)) : energy(generator(z)).add(latents(z));
