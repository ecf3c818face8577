/** Toy samples drawn on the device follow the exact density of their distribution. */

import { expect, test } from "vitest";
import { compile, key, toArray, type Key } from "../../../engine/index.ts";
import { mixture } from "../../../ebm/data/toys/gmm.ts";
import { toys, type Toy, type ToyOptions } from "../../../ebm/data/toys/index.ts";
import { ringsOf } from "../../../ebm/data/toys/rings.ts";
import type { Source } from "../../../ebm/data/source.ts";
import { chiSquare, FAR, farAbove } from "../chance.ts";
import "../../engine/opened.ts";

const count = 20_000;

async function samplesOf(source: Source, seed: number): Promise<[x: number, y: number][]> {
  const batch = compile((from: Key) => source.batch(from, count, null));
  const { data, shape } = await toArray(batch(key(seed)));
  batch.dispose();
  source.dispose();
  expect(shape).toEqual([count, 2]);
  return Array.from({ length: count }, (_, i) => [data[2 * i], data[2 * i + 1]]);
}

const sides = 10;
const POINTS = 12;

/** The mass of each cell of a grid over the square, by the midpoint rule on 12 × 12 points. */
function masses({ extent, logDensity }: Toy): number[] {
  const step = (2 * extent) / sides / POINTS;
  const at = (index: number) => -extent + (index + 0.5) * step;
  return Array.from({ length: sides * sides }, (_, cell) => {
    const [row, column] = [Math.floor(cell / sides), cell % sides];
    let mass = 0;
    for (let i = 0; i < POINTS; i++)
      for (let j = 0; j < POINTS; j++) mass += Math.exp(logDensity(at(POINTS * column + j), at(POINTS * row + i)));
    return mass * step * step;
  });
}

/** Cells of fewer than ten expected samples are counted together, with all that lies outside; where that is none, there must be none. */
function expectDensity(samples: [number, number][], toy: Toy): void {
  const expected = masses(toy).map((mass) => mass * count);
  const observed = expected.map(() => 0);
  for (const [x, y] of samples) {
    const [row, column] = [y, x].map((at) => Math.floor(((at + toy.extent) / (2 * toy.extent)) * sides));
    if (Math.min(row, column) >= 0 && Math.max(row, column) < sides) observed[row * sides + column]++;
  }
  const full = expected.flatMap((mean, cell) => (mean >= 10 ? [cell] : []));
  const counted = (numbers: number[]) => {
    const kept = full.map((cell) => numbers[cell]);
    return [...kept, Math.max(count - kept.reduce((sum, number) => sum + number, 0), 1e-9)];
  };
  expect(full.length).toBeGreaterThan(20);
  expect(chiSquare(counted(observed), counted(expected))).toBeLessThan(farAbove(full.length));
}

const wide: ToyOptions = { groups: 3, sd: 0.4, radius: 0.8 };

/**
 * Means, and the mean square of the distance from the origin, worked out by hand. Without its noise and jitter, a spiral
 * s (−cos s, sin s) with density 2s / (3π)² has the means 4 / 3π and 2 − 8 / 9π², and the mean square 9π² / 2.
 */
const moments: Readonly<Record<string, [x: number, y: number, square: number]>> = {
  gmm: [0, 0, 1 + 2 * 0.15 ** 2],
  rings: [0, 0, (1 + 4 + 9 + 16) / 4 + 0.15 ** 2],
  "8gaussians": [0, 0, 2.8289 ** 2 + 2 * 0.3536 ** 2],
  moons: [0, 0.3, (1.04 + 4 - 1.6 / Math.PI + (1.64 + 4 - 6.4 / Math.PI)) / 2 + 2 * 0.2 ** 2],
  circles: [0, 0, (9 + 2.25) / 2 + 2 * 0.24 ** 2],
  "4rings": [0, 0, (9 + 5.0625 + 2.25 + 0.5625) / 4 + 2 * 0.08 ** 2],
  pinwheel: [0, 0, 4 * (1 + 0.3 ** 2 + 0.1 ** 2)],
  checkerboard: [0, 0, 32 / 3],
  "2spirals": [
    ...([0, 0] as const),
    (4.5 * Math.PI ** 2 + 0.5 * (4 / (3 * Math.PI) + 2 - 8 / (9 * Math.PI ** 2)) + 1 / 6) / 9 + 2 * 0.1 ** 2,
  ],
  swissroll: [0.4, 2 / (15 * Math.PI), (9.75 * Math.PI ** 2) / 25 + 2 * 0.2 ** 2],
  line: [0, 0, (2 * 2.5 ** 2) / 3 + 2 * 0.1 ** 2],
  cos: [0, 0, 2.5 ** 2 / 3 + (2.5 ** 2 * (1 - Math.sin(5) / 5)) / 2 + 2 * 0.1 ** 2],
};

function expectMoments(samples: [number, number][], [x, y, square]: [number, number, number]): void {
  const of = (expected: number, numbers: number[]): void => {
    const mean = numbers.reduce((sum, value) => sum + value, 0) / count;
    const variance = numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
    expect(Math.abs(mean - expected)).toBeLessThan(FAR * Math.sqrt(variance / count));
  };
  of(
    x,
    samples.map(([x]) => x),
  );
  of(
    y,
    samples.map(([, y]) => y),
  );
  of(
    square,
    samples.map(([x, y]) => x * x + y * y),
  );
}

test.each(Object.keys(toys))(
  "samples of %s as published fall into the cells of a grid as the exact density says, and have the moments worked out by hand",
  async (name) => {
    const toy = toys[name].of(toys[name].published);
    const samples = await samplesOf(toy.source(), 1);
    expectDensity(samples, toy);
    expectMoments(samples, moments[name]);
  },
);

test.each(["gmm", "rings", "circles", "pinwheel"])(
  "samples of %s, few and wide, fall into the cells of a grid as the exact density says",
  async (name) => {
    const toy = toys[name].of(wide);
    expectDensity(await samplesOf(toy.source(), 1), toy);
  },
);

test("the source of a mixture gives each Gaussian its share, around its mean and with its spread", async () => {
  const [groups, sd, radius] = [5, 0.02, 2];
  const samples = await samplesOf(mixture({ groups, sd, radius }).source(), 2);
  const shares = Array<number>(groups).fill(0);
  const sums = [0, 0, 0, 0];
  for (const [x, y] of samples) {
    const mode = (Math.round((Math.atan2(y, x) * groups) / (2 * Math.PI)) + groups) % groups;
    shares[mode]++;
    const angle = (2 * Math.PI * mode) / groups;
    const [dx, dy] = [x - radius * Math.cos(angle), y - radius * Math.sin(angle)].map((offset) => offset / sd);
    [dx, dy, dx * dx + dy * dy - 2, dx * dy].forEach((value, at) => (sums[at] += value / count));
  }
  expect(chiSquare(shares, Array<number>(groups).fill(count / groups))).toBeLessThan(farAbove(groups - 1));
  // Variances 1, 1, 4 and 1.
  [1, 1, 2, 1].forEach((deviation, at) =>
    expect(Math.abs(sums[at])).toBeLessThan((FAR * deviation) / Math.sqrt(count)),
  );
});

test("the source of rings gives each ring its share, with uniform angles", async () => {
  const [groups, sd, radius] = [4, 0.02, 0.5];
  const samples = await samplesOf(ringsOf({ groups, sd, radius }).source(), 3);
  const shares = Array<number>(groups).fill(0);
  const angles = Array<number>(32).fill(0);
  let spread = 0;
  for (const [x, y] of samples) {
    const distance = Math.hypot(x, y) / radius;
    const ring = Math.round(distance);
    shares[ring - 1]++;
    angles[Math.floor((Math.atan2(y, x) / (2 * Math.PI) + 0.5) * 32) % 32]++;
    spread += (((distance - ring) * radius) / sd) ** 2 / count;
  }
  expect(chiSquare(shares, Array<number>(groups).fill(count / groups))).toBeLessThan(farAbove(groups - 1));
  expect(chiSquare(angles, Array<number>(32).fill(count / 32))).toBeLessThan(farAbove(31));
  expect(Math.abs(spread - 1)).toBeLessThan(FAR * Math.sqrt(2 / count));
});

test("samples of one key are the same again, and of another key others", async () => {
  const source = mixture(wide).source();
  const batch = compile((from: Key) => source.batch(from, 3, null));
  const drawn = async (seed: number) => [...(await toArray(batch(key(seed)))).data];
  expect(await drawn(1)).toEqual(await drawn(1));
  expect(await drawn(2)).not.toEqual(await drawn(1));
  batch.dispose();
});
