/** The functions of shaders/lib/math.wgsl that `Math` lacks, in float64: what the kernels are measured against. */

/** log(1 + eˣ); the exponential never overflows. */
export const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** 1 / (1 + e⁻ˣ), with full relative accuracy for negative x too. */
export function sigmoid(x: number): number {
  const e = Math.exp(-Math.abs(x));
  return (x < 0 ? e : 1) / (1 + e);
}

/** Where the series for erf hands over to the continued fraction for erfc. */
const handover = 2;

/** The error function (2/√π) ∫₀ˣ e^(−t²) dt, to a few units in the last place. */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (size >= handover) return Math.sign(x) * (1 - erfcFraction(size));
  // Abramowitz & Stegun 7.1.6: every term has the same sign, so nothing cancels.
  let [term, sum] = [x, x];
  for (let k = 1; Math.abs(term) > Math.abs(sum) * 2 ** -54; k++) {
    term *= (2 * x * x) / (2 * k + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** 1 − erf(x), with a relative error below 2e-13 as long as it is a normal number. */
export function erfc(x: number): number {
  return x >= handover ? erfcFraction(x) : 1 - erf(x);
}

/** Abramowitz & Stegun 7.1.14, x ≥ 2: e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + 2/(x + …))))). */
function erfcFraction(x: number): number {
  let tail = x;
  for (let k = 80; k > 0; k--) tail = x + k / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}
