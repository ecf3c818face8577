/** Gauss and Legendre's rule of integration, in float64. */

/**
 * Nodes in (0, 1), ascending, and weights of sum 1 with which Σ wᵢ f(xᵢ) is ∫₀¹ f for polynomials up to degree 2n − 1. The nodes are
 * the roots of the Legendre polynomial Pₙ by Newton's method, the weights 1 / ((1 − x²) Pₙ′(x)²).
 */
export function gaussLegendre(n: number): { nodes: number[]; weights: number[] } {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let i = n; i >= 1; i--) {
    let x = Math.cos((Math.PI * (i - 0.25)) / (n + 0.5));
    let slope = 0;
    // Newton's method doubles the digits at every step, and begins with three.
    for (let step = 0; step < 6; step++) {
      let [before, value] = [1, x];
      for (let k = 2; k <= n; k++) [before, value] = [value, ((2 * k - 1) * x * value - (k - 1) * before) / k];
      slope = (n * (before - x * value)) / (1 - x * x);
      x -= value / slope;
    }
    nodes.push((1 + x) / 2);
    weights.push(1 / ((1 - x * x) * slope * slope));
  }
  return { nodes, weights };
}

/** The same on [0, 1] cut into equal panels, with n nodes in each. */
export function panelled(panels: number, n: number): { nodes: number[]; weights: number[] } {
  const one = gaussLegendre(n);
  const each = Array.from({ length: panels }, (_, panel) => panel);
  return {
    nodes: each.flatMap((panel) => one.nodes.map((node) => (panel + node) / panels)),
    weights: each.flatMap(() => one.weights.map((weight) => weight / panels)),
  };
}
