/** Densities on a grid and the Kullback-Leibler divergence between two of them, in float64. */

import { logSumExp } from "../logSumExp.ts";

/** What plots add to a density before its logarithm. It shortens the colour scale and never enters a measure. */
export const plotFloor = 1e-10;

/**
 * The log-density, known up to a constant at the points of a grid, shifted so that the density times `cell`, the area of
 * one grid cell, sums to 1. Without a finite mass (0 everywhere, or infinite or not a number somewhere) it is NaN everywhere.
 */
export function normaliseOnGrid(logDensity: Float64Array, cell: number): Float64Array {
  const logMass = logSumExp(logDensity) + Math.log(cell);
  return logDensity.map((value) => (Number.isFinite(logMass) ? value - logMass : NaN));
}

/**
 * KL(p‖q) = Σ pᵢ (log pᵢ − log qᵢ) in nats, where p and q are two log-densities at the points of one grid, each
 * normalised on it. Nothing is added to either, so a vanishing q is judged by how far log q really falls:
 * a point with p = 0 contributes 0, and a point with q = 0 < p makes the divergence Infinity. NaN when p or q has no finite mass.
 */
export function klDivergence(logP: Float64Array, logQ: Float64Array): number {
  if (logP.length !== logQ.length) {
    throw new RangeError(`klDivergence: grids differ, got ${logP.length} and ${logQ.length} points (p, q)`);
  }
  const p = normaliseOnGrid(logP, 1);
  const q = normaliseOnGrid(logQ, 1);
  return p.reduce((sum, log, i) => (log === -Infinity ? sum : sum + Math.exp(log) * (log - q[i])), 0);
}

/** log(density + 1e-10), what the log-density panels of the landscape show. */
export const plottedLog = (density: Float64Array): Float64Array => density.map((value) => Math.log(value + plotFloor));
