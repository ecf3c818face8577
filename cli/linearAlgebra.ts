/** Dense linear algebra on the host, by ml-matrix: what measures ask for, such as the Fréchet distance. */

import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { SymmetricEigen } from "../ebm/measures/frechet.ts";

/** Eigenvalues and unit eigenvectors of a symmetric matrix, in float64. */
export const symmetricEigen: SymmetricEigen = (matrix, size) => {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(
    Matrix.from1DArray(size, size, Array.from(matrix)),
    { assumeSymmetric: true },
  );
  return { values: realEigenvalues, vectors: Float64Array.from(eigenvectorMatrix.to1DArray()) };
};
