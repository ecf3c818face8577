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
  const { mean, rows, size } = centred(features, count);
  const covariance = new Float64Array(size * size);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < size; i++)
      for (let j = 0; j <= i; j++) covariance[i * size + j] += rows[row * size + i] * rows[row * size + j];
  for (let i = 0; i < size; i++) for (let j = 0; j < i; j++) covariance[j * size + i] = covariance[i * size + j];
  return { mean, covariance };
}

/** Rows less their mean, over √(count − 1): their products are those of covariances. */
function centred(features: ArrayLike<number>, count: number): { mean: Float64Array; rows: Float64Array; size: number } {
  if (count < 2 || features.length % count !== 0)
    throw new RangeError(`momentsOf: ${features.length} numbers are not ${count} rows, of which there must be two`);
  const size = features.length / count;
  const mean = new Float64Array(size);
  for (let i = 0; i < features.length; i++) mean[i % size] += features[i] / count;
  const scale = 1 / Math.sqrt(count - 1);
  const rows = Float64Array.from({ length: features.length }, (_, i) => (features[i] - mean[i % size]) * scale);
  return { mean, rows, size };
}

/**
 * ‖μ₁ − μ₂‖² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁^½ Σ₂ Σ₁^½)^½. The root's trace is the sum of the roots of the eigenvalues of a
 * symmetric matrix, so singular covariances (fewer rows than features) are no trouble, where a root of Σ₁Σ₂ would be. Biased upwards
 * for few rows. What it means depends on the features: of Inception's pool3 it is called FID, of others it is not.
 */
export function frechetDistance(a: Moments, b: Moments, eigen: SymmetricEigen): number {
  return distanceFrom(a, eigen)(b);
}

/** The distances from some moments: their root is taken once. */
function distanceFrom(a: Moments, eigen: SymmetricEigen): (b: Moments) => number {
  const size = a.mean.length;
  const { values, vectors } = eigen(a.covariance, size);
  const scaled = vectors.map((entry, at) => entry * Math.sqrt(Math.max(values[at % size], 0)));
  const root = productWithTransposed(scaled, vectors, size);
  return (b) => {
    if (b.mean.length !== size)
      throw new RangeError(`frechetDistance: features differ in size, ${size} and ${b.mean.length}`);
    // Both factors are symmetric, so each is its own transpose.
    const inner = productWithTransposed(productWithTransposed(root, b.covariance, size), root, size);
    const spread = traceOf(a.covariance, size) + traceOf(b.covariance, size);
    return squared(a.mean, b.mean) + spread - 2 * sumOfRoots(eigen(inner, size).values);
  };
}

/**
 * The distances of `count` rows of features `[count, d]` from others, as `frechetDistance` of their moments. Where rows are fewer than
 * features, by the products of rows with rows, A Bᵀ: tr (Σ₁^½ Σ₂ Σ₁^½)^½ is the sum of its singular values, and A Bᵀ is smaller.
 * @throws RangeError for features of another size
 */
export function frechetFrom(
  features: ArrayLike<number>,
  count: number,
  eigen: SymmetricEigen,
): (others: ArrayLike<number>) => number {
  const own = centred(features, count);
  const { size } = own;
  if (count > size) {
    const far = distanceFrom(momentsOf(features, count), eigen);
    return (others) => far(momentsOf(others, count));
  }
  return (others) => {
    const other = centred(others, count);
    if (other.size !== size) throw new RangeError(`frechetFrom: features differ in size, ${size} and ${other.size}`);
    const products = productWithTransposed(own.rows, other.rows, size);
    const roots = sumOfRoots(eigen(productWithTransposed(products, products, count), count).values);
    return squared(own.mean, other.mean) + sumOfSquares(own.rows) + sumOfSquares(other.rows) - 2 * roots;
  };
}

/** A Bᵀ of matrices with rows of `size` numbers. */
function productWithTransposed(a: Float64Array, b: Float64Array, size: number): Float64Array {
  const [rows, columns] = [a.length / size, b.length / size];
  const y = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += a[i * size + k] * b[j * size + k];
      y[i * columns + j] = sum;
    }
  return y;
}

const sumOfSquares = (values: Float64Array): number => values.reduce((sum, value) => sum + value * value, 0);

const squared = (a: Float64Array, b: Float64Array): number => sumOfSquares(a.map((value, i) => value - b[i]));

const traceOf = (matrix: Float64Array, size: number): number =>
  matrix.reduce((sum, entry, at) => (at % (size + 1) === 0 ? sum + entry : sum), 0);

/** Rounding may leave the smallest eigenvalues below 0. */
const sumOfRoots = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + Math.sqrt(Math.max(value, 0)), 0);
