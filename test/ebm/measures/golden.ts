/** Numbers that every language makes alike, for values worked out elsewhere. */

/** s ← 48271 s mod 2³¹ − 1 from a seed: each over 2³¹ − 1. */
export function minstd(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => (state = (state * 48271) % 2147483647) / 2147483647);
}

/** Normal numbers by the Box-Muller transform of consecutive pairs: √(−2 ln u) cos 2πv, then with sin. */
export function normals(count: number, seed: number): number[] {
  const u = minstd(2 * Math.ceil(count / 2), seed);
  return u.slice(0, count).map((_, at) => {
    const [first, second] = [u[at - (at % 2)], u[at - (at % 2) + 1]];
    const angle = 2 * Math.PI * second;
    return Math.sqrt(-2 * Math.log(first)) * (at % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
  });
}

/** z · (1 + scale · j / d) + shift · j / d of normal numbers `[n, d]`, row by row; j is the column. */
export const features = (n: number, d: number, seed: number, scale: number, shift: number): number[] =>
  normals(n * d, seed).map((z, at) => z * (1 + (scale * (at % d)) / d) + (shift * (at % d)) / d);

/** Chains x ← phi · x + z that start in their stationary law. */
export function autoregressive({ phi = 0.5, chains = 4, length = 1000, seed = 12345 } = {}): number[][] {
  const z = normals(chains * length, seed);
  return Array.from({ length: chains }, (_, chain) => {
    let x = z[chain * length] / Math.sqrt(1 - phi * phi);
    return Array.from({ length }, (_, t) => (t === 0 ? x : (x = phi * x + z[chain * length + t])));
  });
}
