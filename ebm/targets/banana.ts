/** A Gaussian bent along a parabola. */

import { logNormal, normalDensity } from "./normal.ts";
import { integral } from "./quadrature.ts";
import { moment, type Target } from "./target.ts";

/** x ~ N(0, 1) and y ~ N((x² − 1) / 2, 1/4): E = ½x² + 2 (y − (x² − 1) / 2)². */
export const banana = (): Target => ({
  name: "banana",
  about: "a bent ridge: every step along a straight line leaves it",
  dimensions: 2,
  energy: (x, y) =>
    x
      .square()
      .mul(0.5)
      .add(y.sub(x.square().sub(1).mul(0.5)).square().mul(2)),
  logDensity: (x, y) => logNormal(x) + logNormal(y, (x * x - 1) / 2, 0.5),
  marginals: [
    (at) => normalDensity(at),
    (at) => integral((x) => Math.exp(logNormal(x) + logNormal(at, (x * x - 1) / 2, 0.5)), [-9, 9]),
  ],
  // E y² = ¼ E (x² − 1)² + ¼ and E x²y = ½ E (x⁴ − x²).
  moments: [
    moment("x²", (x) => x * x, 1),
    moment("y", (_x, y) => y, 0),
    moment("y²", (_x, y) => y * y, 0.75),
    moment("x²y", (x, y) => x * x * y, 1),
  ],
  ranges: [
    [-4, 4],
    [-2.5, 5.5],
  ],
});
