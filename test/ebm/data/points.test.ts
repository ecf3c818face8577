/** Toy samples drawn on the device follow the exact density of their distribution. */

import { expect, test } from "vitest";
import { compile, key, toArray, type Key } from "../../../engine/index.ts";
import { mixtureSource, pointSources, ringsSource } from "../../../ebm/data/points.ts";
import { toys, type Toy, type ToyOptions } from "../../../ebm/data/toy.ts";
import { chiSquare, FAR, farAbove } from "../chance.ts";
import "../../engine/opened.ts";

const count = 20_000;

async function samplesOf(source: ReturnType<typeof mixtureSource>, seed: number): Promise<[x: number, y: number][]> {
  const batch = compile((from: Key) => source.batch(from, count, null));
  const { data, shape } = await toArray(batch(key(seed)));
  batch.dispose();
  expect(shape).toEqual([count, 2]);
  return Array.from({ length: count }, (_, i) => [data[2 * i], data[2 * i + 1]]);
}

const sides = 10;

/** The mass of each cell of a grid over the square, by the midpoint rule on 24 × 24 points. */
function masses({ extent, logDensity }: Toy): number[] {
  const step = (2 * extent) / sides / 24;
  const at = (index: number) => -extent + (index + 0.5) * step;
  return Array.from({ length: sides * sides }, (_, cell) => {
    const [row, column] = [Math.floor(cell / sides), cell % sides];
    let mass = 0;
    for (let i = 0; i < 24; i++)
      for (let j = 0; j < 24; j++) mass += Math.exp(logDensity(at(24 * column + j), at(24 * row + i)));
    return mass * step * step;
  });
}

/** Cells of fewer than ten expected samples are counted together, with all that lies outside. */
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
    return [...kept, count - kept.reduce((sum, number) => sum + number, 0)];
  };
  expect(full.length).toBeGreaterThan(20);
  expect(chiSquare(counted(observed), counted(expected))).toBeLessThan(farAbove(full.length));
}

const options: Record<string, ToyOptions> = {
  "as in the recipes for Gaussians": { groups: 8, sd: 0.15, radius: 1 },
  "few and wide": { groups: 3, sd: 0.4, radius: 0.8 },
};

test("every toy distribution has a source of samples", () => {
  expect(Object.keys(pointSources)).toEqual(Object.keys(toys));
});

test.each(
  Object.keys(toys).flatMap((name) => Object.entries(options).map(([kind, option]) => [name, kind, option] as const)),
)("samples of %s, %s, fall into the cells of a grid as the exact density says", async (name, _kind, option) => {
  expectDensity(await samplesOf(pointSources[name](option), 1), toys[name](option));
});

test("mixtureSource gives each Gaussian its share, around its mean and with its spread", async () => {
  const [groups, sd, radius] = [5, 0.02, 2];
  const samples = await samplesOf(mixtureSource({ groups, sd, radius }), 2);
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

test("ringsSource gives each ring its share, with uniform angles", async () => {
  const [groups, sd, radius] = [4, 0.02, 0.5];
  const samples = await samplesOf(ringsSource({ groups, sd, radius }), 3);
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
  const source = mixtureSource(options["few and wide"]);
  const batch = compile((from: Key) => source.batch(from, 3, null));
  const drawn = async (seed: number) => [...(await toArray(batch(key(seed)))).data];
  expect(await drawn(1)).toEqual(await drawn(1));
  expect(await drawn(2)).not.toEqual(await drawn(1));
  batch.dispose();
});
