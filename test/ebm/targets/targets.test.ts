/** Each target says four things about itself, energy, density, marginals and moments, which have to agree. */

import { describe, expect, test } from "vitest";
import { reference, type Tensor } from "../../../engine/index.ts";
import {
  correlatedNormal,
  energyOf,
  modes,
  planarTargets,
  product,
  quartic,
  standardNormal,
  type Target,
} from "../../../ebm/index.ts";

const all: readonly Target[] = [
  ...Object.values(planarTargets),
  standardNormal(),
  quartic(),
  modes({ centres: [[1.2], [-1.2]], weights: [2 / 3, 1 / 3], deviation: 1 }),
];

const at = (low: number, high: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));

/** Coordinates within this hold all but 1e-8 of every target, except where the two functions below say otherwise. */
const far = 9;
const step = 0.05;

/** What x is measured in: its own widths in the funnel. */
const widthAt = ({ name }: Target, v: number): number => (name === "funnel" ? Math.exp(v / 2) : 1);
/** The arms of the banana reach far up. */
const heightOf = ({ name }: Target): number => (name === "banana" ? 2.5 * far : far);

/** The mean of a function, by sums over a grid of one or two coordinates. */
function mean(target: Target, of: (...at: readonly number[]) => number): number {
  const line = (high: number): number[] => at(-far, high, (high + far) / step + 1);
  const weighed = (...place: number[]): number => Math.exp(target.logDensity(...place)) * of(...place);
  const across = line(far);
  if (target.dimensions === 1) return across.reduce((sum, x) => sum + weighed(x) * step, 0);
  return line(heightOf(target)).reduce((sum, y) => {
    const width = widthAt(target, y);
    return sum + across.reduce((row, x) => row + weighed(x * width, y), 0) * width * step * step;
  }, 0);
}

describe.each(all.map((target) => [`${target.name} of ${target.dimensions}`, target] as const))(
  "%s",
  (_name, target) => {
    test("has energies that are minus the log-density, up to one constant", () => {
      const places = Array.from({ length: 40 }, (_, i) =>
        Array.from({ length: target.dimensions }, (_, axis) => 2.5 * Math.sin(1 + 3 * i + 2 * axis)),
      );
      const { data } = reference((x: Tensor) => energyOf(target)(x))({
        shape: [places.length, target.dimensions],
        data: places.flat(),
      }) as { data: Float64Array };
      const constants = places.map((place, i) => data[i] + target.logDensity(...place));
      for (const constant of constants) expect(constant).toBeCloseTo(constants[0], 9);
    });

    test("has mass 1 and the moments it names", () => {
      expect(mean(target, () => 1)).toBeCloseTo(1, 6);
      for (const { name, of, is } of target.moments) {
        // A function that jumps is off by what lies in the cell of the jump.
        const digits = /[<>]/.test(name) ? 2 : 5;
        expect(mean(target, of), name).toBeCloseTo(is, digits);
      }
    });

    test("has marginals of mass 1 with the same means", () => {
      target.marginals.forEach((density, axis) => {
        // 200 is where the mouth of the funnel ends but for 1e-5.
        const funnel = target.name === "funnel";
        const wide = funnel && axis === 0 ? 200 : 22;
        const line = at(-wide, wide, 20 * wide + 1);
        const weights = line.map((place) => density(place) * 0.1);
        expect(weights.reduce((a, b) => a + b)).toBeCloseTo(1, funnel ? 4 : 6);
        const own = weights.reduce((sum, weight, i) => sum + weight * line[i], 0);
        expect(own).toBeCloseTo(
          mean(target, (...place) => place[axis]),
          4,
        );
      });
    });
  },
);

test("correlatedNormal(0.9) has a density of exp(−log(2π √0.19)) at the origin, and two thirds of the mixture are right of 0", () => {
  expect(correlatedNormal(0.9).logDensity(0, 0)).toBeCloseTo(-Math.log(2 * Math.PI * Math.sqrt(0.19)), 12);
  const mixture = modes({ centres: [[5], [-5]], weights: [2 / 3, 1 / 3], deviation: 1 });
  expect(mean(mixture, (x) => Number(x > 0))).toBeCloseTo(2 / 3, 4);
});

test("product puts targets side by side and adds up their energies", () => {
  const { energy, dimensions, begins } = product([planarTargets.banana, quartic()]);
  expect([dimensions, ...begins]).toEqual([3, 0, 2]);
  const { data } = reference((x: Tensor) => energy(x))({ shape: [1, 3], data: [1, 0.5, 2] }) as { data: Float64Array };
  // ½ + 2 (½ − 0)² + 2⁴ / 4
  expect(data[0]).toBeCloseTo(0.5 + 0.5 + 4, 12);
});
