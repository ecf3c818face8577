/** Samplers on targets whose law under the very steps they take is known. */

import { expect, test } from "vitest";
import { key, reference, type Tensor } from "../../../engine/index.ts";
import { kineticLangevin, langevin, temperatureOf, walk, type Energy, type Sampler } from "../../../ebm/index.ts";
import { FAR, spreadOfVariance } from "../chance.ts";

/** A Gaussian around 0: ½ · stiffness · (x · direction)², added up over orthonormal directions. */
interface Target {
  name: string;
  directions: { direction: readonly number[]; stiffness: number }[];
}

const half = Math.SQRT1_2;

const targets: Target[] = [
  { name: "N(0, 1)", directions: [{ direction: [1], stiffness: 1 }] },
  { name: "N(0, 1/4)", directions: [{ direction: [1], stiffness: 4 }] },
  {
    name: "a Gaussian with correlation 0.6",
    directions: [
      { direction: [half, half], stiffness: 1 / 1.6 },
      { direction: [half, -half], stiffness: 1 / 0.4 },
    ],
  },
];

/** A sampler and the mean square of x · direction after n steps from 0, towards a Gaussian of some stiffness. */
interface Row {
  name: string;
  sampler: Sampler;
  meanSquare: (stiffness: number, steps: number) => number;
}

/**
 * Langevin with step size η and noise s on ½ k x² is x ← (1 − ηk) x + s z. So its variance obeys v ← (1 − ηk)² v + s²,
 * which comes to rest at s² / (2ηk − η²k²) = (T / k) / (1 − ηk/2), T = s² / 2η, and is short of it by the share
 * (1 − ηk)²ⁿ after n steps from 0. On N(0, 1) with the true step h and noise √(2h) that is 1 / (1 − h/2).
 */
function langevinRow(name: string, options: { stepSize: number; noise: number }): Row {
  return {
    name,
    sampler: langevin(options),
    meanSquare(stiffness, steps) {
      const pull = options.stepSize * stiffness;
      return (temperatureOf(options) / stiffness / (1 - pull / 2)) * (1 - (1 - pull) ** (2 * steps));
    },
  };
}

interface Kinetic {
  stepSize: number;
  friction: number;
  temperature: number;
  scheme: "BAOAB" | "ABOBA";
}

/** Covariance of position and velocity on ½ k x² after so many steps of kinetic Langevin from rest at 0: [xx, xv, vv]. */
function kineticLaw({ stepSize: h, friction, temperature, scheme }: Kinetic, stiffness: number, steps: number) {
  const kept = Math.exp(-friction * h);
  const step = ([x, v]: readonly [number, number], noise: number): readonly [number, number] => {
    for (const part of scheme) {
      if (part === "A") x += (h / 2) * v;
      else if (part === "B") v -= (h / 2) * stiffness * x;
      else v = kept * v + noise;
    }
    return [x, v];
  };
  // A step is linear: what becomes of a unit of position, of velocity, of noise.
  const [[a, c], [b, d], [p, q]] = [
    step([1, 0], 0),
    step([0, 1], 0),
    step([0, 0], Math.sqrt(temperature * (1 - kept ** 2))),
  ];
  let [xx, xv, vv] = [0, 0, 0];
  for (let i = 0; i < steps; i++)
    [xx, xv, vv] = [
      a * a * xx + 2 * a * b * xv + b * b * vv + p * p,
      a * c * xx + (a * d + b * c) * xv + b * d * vv + p * q,
      c * c * xx + 2 * c * d * xv + d * d * vv + q * q,
    ];
  return [xx, xv, vv];
}

const kineticRow = (options: Kinetic): Row => ({
  name: `kineticLangevin ${options.scheme} of step ${options.stepSize} at temperature ${options.temperature}`,
  sampler: kineticLangevin(options),
  meanSquare: (stiffness, steps) => kineticLaw(options, stiffness, steps)[0],
});

const samplers: Row[] = [
  langevinRow("langevin of step 0.1 and noise √0.2", { stepSize: 0.1, noise: Math.sqrt(0.2) }),
  langevinRow("langevin of step 0.4 and noise √0.8", { stepSize: 0.4, noise: Math.sqrt(0.8) }),
  langevinRow("langevin of step 0.25 at temperature 0.02", { stepSize: 0.25, noise: 0.1 }),
  kineticRow({ scheme: "BAOAB", stepSize: 0.5, friction: 1, temperature: 1 }),
  kineticRow({ scheme: "ABOBA", stepSize: 0.5, friction: 1, temperature: 1 }),
  kineticRow({ scheme: "BAOAB", stepSize: 0.7, friction: 0.3, temperature: 0.04 }),
];

/** x · direction for each direction: x [n, d], directions [d, d] → [n, d]. */
const along = (x: Tensor, directions: Tensor): Tensor => x.matmul(directions, { transposeB: true });

const energyUnder =
  (directions: Tensor, stiffness: Tensor): Energy =>
  (x) =>
    along(x, directions).square().mul(stiffness).sum(1).mul(0.5);

const chains = 2000;
const steps = 12;

const rows = samplers.flatMap((row) => targets.map((target) => [row, target] as const));

test.each(rows.map(([row, target]) => [row.name, target.name, row, target] as const))(
  "%s on %s has the law of its formula",
  (_sampler, _target, { sampler, meanSquare }, target) => {
    const dimensions = target.directions.length;
    const program = reference((x: Tensor, directions: Tensor, stiffness: Tensor) => {
      const end = walk(sampler, energyUnder(directions, stiffness), x, steps, key(7));
      return along(end.x, directions);
    });
    const ends = program(
      { shape: [chains, dimensions], data: new Float64Array(chains * dimensions) },
      { shape: [dimensions, dimensions], data: target.directions.flatMap(({ direction }) => direction) },
      { shape: [dimensions], data: target.directions.map(({ stiffness }) => stiffness) },
    ) as { data: Float64Array };
    target.directions.forEach(({ stiffness }, at) => {
      const data = ends.data.filter((_, i) => i % dimensions === at);
      const wanted = meanSquare(stiffness, steps);
      const mean = data.reduce((sum, x) => sum + x, 0) / chains;
      const found = data.reduce((sum, x) => sum + x * x, 0) / chains;
      expect(Math.abs(mean)).toBeLessThan(FAR * Math.sqrt(wanted / chains));
      expect(Math.abs(found - wanted)).toBeLessThan(FAR * spreadOfVariance(wanted, chains));
    });
  },
);

test.each(["BAOAB", "ABOBA"] as const)(
  "kineticLangevin %s comes to rest with the variances of its docstring",
  (scheme) => {
    for (const [stepSize, friction, temperature, stiffness] of [
      [0.5, 1, 1, 1],
      [0.9, 0.5, 0.7, 3],
      [0.2, 10, 1, 2],
    ]) {
      const [xx, xv, vv] = kineticLaw({ scheme, stepSize, friction, temperature }, stiffness, 20_000);
      const short = 1 - (stepSize ** 2 * stiffness) / 4;
      expect(xx).toBeCloseTo(temperature / stiffness, 10);
      expect(xv).toBeCloseTo(0, 10);
      expect(vv).toBeCloseTo(scheme === "BAOAB" ? temperature * short : temperature / short, 10);
    }
  },
);
