/** Gauss and Legendre's rule: known nodes, and the polynomials that it integrates. */

import { expect, test } from "vitest";
import { gaussLegendre, panelled } from "../../ebm/quadrature.ts";

test("gaussLegendre(2) has the nodes ½ ∓ 1 / √12, of equal weight", () => {
  const { nodes, weights } = gaussLegendre(2);
  [0.21132486540518713, 0.7886751345948129].forEach((node, i) => expect(nodes[i]).toBeCloseTo(node, 15));
  weights.forEach((weight) => expect(weight).toBeCloseTo(0.5, 15));
});

test.each([1, 3, 6, 16])("gaussLegendre(%d) integrates polynomials up to degree 2n − 1, and not the next one", (n) => {
  const { nodes, weights } = gaussLegendre(n);
  const power = (degree: number): number => nodes.reduce((sum, x, i) => sum + weights[i] * x ** degree, 0);
  for (let degree = 0; degree < 2 * n; degree++) expect(power(degree)).toBeCloseTo(1 / (degree + 1), 14);
  if (n < 16) expect(Math.abs(power(2 * n) - 1 / (2 * n + 1))).toBeGreaterThan(1e-8);
});

test("panelled(5, 4) integrates a kink where panels meet", () => {
  const { nodes, weights } = panelled(5, 4);
  const total = nodes.reduce((sum, x, i) => sum + weights[i] * Math.abs(x - 0.6), 0);
  expect(total).toBeCloseTo((0.6 ** 2 + 0.4 ** 2) / 2, 15);
});
