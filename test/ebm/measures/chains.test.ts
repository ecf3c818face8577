/** Diagnostics of chains against arviz-stats and NumPy, on numbers that every language makes alike. */

import { describe, expect, test } from "vitest";
import { acceptance } from "../../../ebm/measures/acceptance.ts";
import { autocorrelation } from "../../../ebm/measures/correlation.ts";
import { drawsOf } from "../../../ebm/measures/draws.ts";
import { bulkEss, meanError, meanEss, tailEss } from "../../../ebm/measures/effectiveDraws.ts";
import { energyFraction } from "../../../ebm/measures/energyFraction.ts";
import { normalQuantile, quantile, rankNormal, ranks } from "../../../ebm/measures/ranks.ts";
import { rHat, splitRHat } from "../../../ebm/measures/rhat.ts";
import { saturation } from "../../../ebm/measures/saturation.ts";
import { steinDiscrepancy } from "../../../ebm/measures/stein.ts";
import { autoregressive, features, minstd, normals } from "./golden.ts";

const chains = autoregressive();
const shifted = chains.map((chain, at) => (at === 0 ? chain.map((x) => x + 0.5) : chain));

test("the numbers themselves are those of the other languages", () => {
  expect(minstd(3, 1)).toEqual([2.2477936e-5, 8.50324491e-2, 6.01352605e-1].map((u) => expect.closeTo(u, 9) as number));
  expect(normals(4, 1)).toEqual(
    [3.98187765, 2.35597179, 0.78355981, -0.63496587].map((z) => expect.closeTo(z, 8) as number),
  );
  expect(chains[0].slice(0, 3)).toEqual(
    [-0.28252761, -1.72369027, -0.07091337].map((x) => expect.closeTo(x, 8) as number),
  );
  const all = chains.flat();
  const mean = all.reduce((a, b) => a + b) / 4000;
  expect(mean).toBeCloseTo(-0.0087252527, 10);
  expect(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / 4000).toBeCloseTo(1.3080443955, 10);
});

test("bulkEss, tailEss and meanEss are arviz's", () => {
  expect(bulkEss(chains)).toBeCloseTo(1176.0791, 4);
  expect(tailEss(chains)).toBeCloseTo(2179.923, 4);
  expect(meanEss(chains)).toBeCloseTo(1176.4944, 4);
  expect(bulkEss(shifted)).toBeCloseTo(923.96209, 5);
});

test("meanError is arviz's mcse_mean", () => {
  expect(meanError(chains)).toBeCloseTo(0.0333480617, 10);
});

test("rHat and splitRHat are arviz's", () => {
  expect(rHat(chains)).toBeCloseTo(1.001179657, 10);
  expect(splitRHat(chains)).toBeCloseTo(1.0011651153, 10);
  expect(rHat(shifted)).toBeCloseTo(1.0119663904, 10);
});

test("rHat sees chains of one mean whose scales differ, which splitRHat does not", () => {
  const scaled = chains.map((chain, at) => (at === 0 ? chain.map((x) => 3 * x) : chain));
  expect(rHat(scaled)).toBeGreaterThan(1.05);
  expect(splitRHat(scaled)).toBeLessThan(1.01);
});

test("rHat sees a chain that drifts, by its halves", () => {
  const drifting = [chains[0].map((x, t) => x + t / 250)];
  expect(rHat(drifting)).toBeGreaterThan(1.5);
});

test("measures of rank do not change under a rising function", () => {
  const bent = chains.map((chain) => chain.map((x) => Math.exp(3 * x)));
  expect(bulkEss(bent)).toBeCloseTo(bulkEss(chains), 8);
  expect(tailEss(bent)).toBeCloseTo(tailEss(chains), 8);
});

test("effective draws of independent ones are about their number, and of chains that alternate far more", () => {
  const independent = autoregressive({ phi: 0 });
  expect(Math.abs(bulkEss(independent) / 4000 - 1)).toBeLessThan(0.15);
  // No more than draws · log10 draws.
  const alternating = autoregressive({ phi: -0.99 });
  expect(meanEss(alternating)).toBeCloseTo(4000 * Math.log10(4000), 6);
});

test("energyFraction is NumPy's E-BFMI of each chain", () => {
  expect(energyFraction(chains)).toEqual(
    [0.98893, 1.02741, 1.03495, 0.9535].map((x) => expect.closeTo(x, 5) as number),
  );
});

describe.each([
  ["rHat", rHat],
  ["splitRHat", splitRHat],
  ["bulkEss", bulkEss],
  ["tailEss", tailEss],
  ["meanEss", meanEss],
  ["meanError", meanError],
  ["energyFraction", (draws: number[][]) => energyFraction(draws)[0]],
])("%s", (name, measure) => {
  test("is NaN where a draw is not finite or a chain never moves", () => {
    expect(measure([chains[0].with(7, NaN), chains[1]])).toBeNaN();
    expect(measure([chains[0].with(7, Infinity), chains[1]])).toBeNaN();
    expect(measure([chains[0], chains[1].map(() => 0.3)])).toBeNaN();
  });

  test("refuses chains of different length, of fewer than 4 draws, and none", () => {
    const where = name === "meanError" ? "meanEss" : name;
    expect(() => measure([[1, 2, 3, 4], [1, 2, 3, 4, 5]])).toThrow(`${where}: chains are of one length, at least 4, got 4, 5`); // prettier-ignore
    expect(() => measure([[1, 2, 3]])).toThrow(`${where}: chains are of one length, at least 4, got 3`);
    expect(() => measure([])).toThrow(`${where}: chains are of one length, at least 4, got none`);
  });
});

test("ranks share what equal draws have, over all chains", () => {
  expect(ranks([[3, 1], [3, 2, 3]])).toEqual([[4, 1], [4, 2, 4]]); // prettier-ignore
  expect(rankNormal([[5], [7]])).toEqual([[normalQuantile(0.625 / 2.25)], [normalQuantile(1.625 / 2.25)]]);
});

test("normalQuantile is the inverse of the normal distribution function", () => {
  const known = [
    [0.5, 0],
    [0.975, 1.959963984540054],
    [0.1, -1.2815515655446004],
    [1e-10, -6.361340902404056],
    [0.9999, 3.719016485455709],
  ];
  for (const [p, z] of known) expect(normalQuantile(p)).toBeCloseTo(z, 10);
});

test("quantile lies between two values in proportion", () => {
  expect([0, 0.25, 0.5, 1].map((share) => quantile([4, 1, 3], share))).toEqual([1, 2, 3, 4]);
});

test("drawsOf takes a coordinate out of recorded positions", () => {
  // 2 records of 3 chains of 2 numbers.
  const recorded = [11, 12, 21, 22, 31, 32, 13, 14, 23, 24, 33, 34];
  expect(drawsOf(recorded, 3, { size: 2, coordinate: 1 }).map((chain) => [...(chain as Float64Array)])).toEqual([[12, 14], [22, 24], [32, 34]]); // prettier-ignore
  expect(() => drawsOf(recorded, 5)).toThrow("drawsOf: 12 numbers are not records of 5 chains of 1 numbers");
});

test("acceptance is the mean probability and the share accepted", () => {
  expect(acceptance([0.5, 1, 0.25, 0.25], [1, 1, 0, 0])).toEqual({ mean: 0.5, share: 0.5 });
  expect(() => acceptance([0.5], [])).toThrow("acceptance: expected one of each a step, got 1 and 0");
});

test("autocorrelation is that of the autoregression, and 1 at lag 0", () => {
  const [zero, one, two] = autocorrelation(chains[0], 2);
  expect(zero).toBe(1);
  expect(Math.abs(one - 0.5)).toBeLessThan(0.1);
  expect(Math.abs(two - 0.25)).toBeLessThan(0.1);
  // (−1.5, −0.5, 0.5, 1.5): squares 5, neighbours 1.25, next ones −1.5, ends −2.25.
  expect(autocorrelation([1, 2, 3, 4])).toEqual([1, 0.25, -0.3, -0.45].map((x) => expect.closeTo(x, 12) as number));
  expect(autocorrelation([2, 2, 2])[0]).toBeNaN();
});

test("steinDiscrepancy is NumPy's, for N(0, I) and for samples that are shifted", () => {
  const samples = features(256, 2, 11, 0, 0);
  const at = (points: number[], scale = 1) => steinDiscrepancy(points, points.map((x) => scale * x), { dimensions: 2, temperature: scale }); // prettier-ignore
  const [right, off] = [at(samples), at(samples.map((x) => x + 0.5))];
  expect(right.biased).toBeCloseTo(0.0080599236, 10);
  expect(right.unbiased).toBeCloseTo(-0.0084020672, 10);
  expect(off.biased).toBeCloseTo(0.2550985087, 10);
  expect(off.unbiased).toBeCloseTo(0.2376606443, 10);
  // E and T twice as large leave the density as it is.
  expect(at(samples, 2).biased).toBeCloseTo(right.biased, 12);
  expect(() => steinDiscrepancy([1, 2, 3], [1, 2, 3], { dimensions: 2 })).toThrow(
    "steinDiscrepancy: expected [n, 2] twice, got 3 and 3 numbers (samples, slopes)",
  );
});

test("saturation is the share of numbers at the limit, beyond it, or no numbers", () => {
  expect(saturation([0, 0.99, -1, 1.5, NaN, -0.2, 0.5, -3])).toBe(0.5);
  expect(saturation([0, 2, -3], 2.5)).toBeCloseTo(1 / 3, 12);
});
