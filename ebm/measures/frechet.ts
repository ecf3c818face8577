/** The Fréchet distance between two sets of features, each taken for normally distributed (Heusel et al. 2017). */

/** Eigenvalues of a symmetric matrix of `size` rows, and unit eigenvectors in the columns of a row-major matrix. */
export type SymmetricEigen = (
  matrix: Float64Array,
  size: number,
) => { values: ArrayLike<number>; vectors: Float64Array };

/** Mean `[d]` and covariance `[d, d]` of features. */
export interface Moments {
  mean: Float64Array;
  covariance: Float64Array;
}

/** The moments of `count` rows of features `[count, d]`; the covariance is that of a sample, divided by count − 1. */
export function momentsOf(features: ArrayLike<number>, count: number): Moments {
  if (count < 2 || features.length % count !== 0)
    throw new RangeError(`momentsOf: ${features.length} numbers are not ${count} rows, of which there must be two`);
  const size = features.length / count;
  const mean = new Float64Array(size);
  for (let i = 0; i < features.length; i++) mean[i % size] += features[i] / count;
  const covariance = new Float64Array(size * size);
  const centred = new Float64Array(size);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < size; i++) centred[i] = features[row * size + i] - mean[i];
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++) covariance[i * size + j] += (centred[i] * centred[j]) / (count - 1);
  }
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) covariance[j * size + i] = covariance[i * size + j];
  return { mean, covariance };
}

/**
 * ‖μ₁ − μ₂‖² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁^½ Σ₂ Σ₁^½)^½. The root's trace is the sum of the roots of the eigenvalues of a
 * symmetric matrix, so singular covariances (fewer rows than features) are no trouble, where a root of Σ₁Σ₂ would be. Biased upwards
 * for few rows. What it means depends on the features: of Inception's pool3 it is called FID, of others it is not.
 */
export function frechetDistance(a: Moments, b: Moments, eigen: SymmetricEigen): number {
  const size = a.mean.length;
  if (b.mean.length !== size)
    throw new RangeError(`frechetDistance: features differ in size, ${size} and ${b.mean.length}`);
  const { values, vectors } = eigen(a.covariance, size);
  const root = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++)
      for (let k = 0; k < size; k++)
        root[i * size + j] += vectors[i * size + k] * Math.sqrt(Math.max(values[k], 0)) * vectors[j * size + k];
  const inner = product(product(root, b.covariance, size), root, size);
  const roots = eigen(inner, size).values;
  let distance = 0;
  for (let i = 0; i < size; i++) {
    const trace = a.covariance[i * size + i] + b.covariance[i * size + i];
    distance += (a.mean[i] - b.mean[i]) ** 2 + trace - 2 * Math.sqrt(Math.max(roots[i], 0));
  }
  return distance;
}

/** The product of two square matrices. */
function product(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const y = new Float64Array(size * size);
  for (let i = 0; i < size; i++)
    for (let k = 0; k < size; k++) for (let j = 0; j < size; j++) y[i * size + j] += a[i * size + k] * b[k * size + j];
  return y;
}
