/** Neal's funnel: a coordinate that sets the width of another (Neal 2003). */

import { erf } from "../../engine/numerics/special.ts";
import { logNormal, normalDensity } from "./normal.ts";
import { integral } from "./quadrature.ts";
import { moment, type Target } from "./target.ts";

/** v ~ N(0, deviation²), the second coordinate, and x ~ N(0, exp v): E = ½v² / deviation² + ½x² exp(−v) + ½v. */
export function funnel(deviation = 1.5): Target {
  const wide: readonly [number, number] = [-10 * deviation, 10 * deviation];
  const within = (v: number): number => erf(Math.exp(-v / 2) / Math.SQRT2);
  return {
    name: "funnel",
    about: "a neck a hundred times narrower than its mouth: no step size fits both",
    dimensions: 2,
    energy: (x, v) =>
      v
        .square()
        .div(2 * deviation ** 2)
        .add(x.square().mul(v.neg().exp()).add(v).mul(0.5)),
    logDensity: (x, v) => logNormal(v, 0, deviation) + logNormal(x, 0, Math.exp(v / 2)),
    marginals: [
      (at) => integral((v) => normalDensity(v, 0, deviation) * normalDensity(at, 0, Math.exp(v / 2)), wide),
      (at) => normalDensity(at, 0, deviation),
    ],
    moments: [
      moment("sign x", (x) => Math.sign(x), 0),
      moment(
        "|x| < 1",
        (x) => Number(Math.abs(x) < 1),
        integral((v) => normalDensity(v, 0, deviation) * within(v), wide),
      ),
      moment("y", (_x, v) => v, 0),
      moment("y²", (_x, v) => v * v, deviation ** 2),
    ],
    ranges: [
      [-6, 6],
      [-6, 6],
    ],
  };
}
