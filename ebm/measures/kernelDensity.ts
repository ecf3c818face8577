/** The Gaussian kernel density estimate of points in the plane, in float64. */

/**
 * The log-density of the estimate whose kernel covariance is bandwidth² times the (unbiased) covariance of the points: what
 * scipy.stats.gaussian_kde calls a scalar bw_method.
 *
 * `points` and the argument of the returned function are `[n, 2]`, flat; the latter returns `[n]` in nats.
 * @throws RangeError for fewer than 3 points, points on a line, or points that are not finite
 */
export function kernelDensity(points: ArrayLike<number>, bandwidth: number): (at: ArrayLike<number>) => Float64Array {
  const count = points.length / 2;
  if (count < 3) throw new RangeError(`kernelDensity: expected at least 3 points, got ${count}`);
  const [xx, xy, yy] = covariance(points).map((value) => value * bandwidth * bandwidth);
  const determinant = xx * yy - xy * xy;
  if (!(determinant > 1e-14 * xx * yy)) {
    throw new RangeError(
      `kernelDensity: the points lie on a line or are not finite, got covariance [${xx}, ${xy}, ${yy}]`,
    );
  }
  // Cholesky: with H = L Lᵀ, the distance |L⁻¹(a − b)| is the Mahalanobis distance.
  const lxx = Math.sqrt(xx);
  const lyx = xy / lxx;
  const lyy = Math.sqrt(yy - lyx * lyx);
  const whiten = (flat: ArrayLike<number>): Float64Array => {
    const white = new Float64Array(flat.length);
    for (let i = 0; i < flat.length; i += 2) {
      white[i] = flat[i] / lxx;
      white[i + 1] = (flat[i + 1] - lyx * white[i]) / lyy;
    }
    return white;
  };
  const centres = whiten(points);
  const logScale = -Math.log(count * 2 * Math.PI * Math.sqrt(determinant));
  const halves = new Float64Array(count);

  return (at) => {
    const queries = whiten(at);
    const logDensity = new Float64Array(at.length / 2);
    for (let q = 0; q < logDensity.length; q++) {
      let nearest = Infinity;
      for (let i = 0; i < count; i++) {
        const half = ((queries[2 * q] - centres[2 * i]) ** 2 + (queries[2 * q + 1] - centres[2 * i + 1]) ** 2) / 2;
        halves[i] = half;
        if (half < nearest) nearest = half;
      }
      let sum = 0;
      // exp is the cost here, and a kernel at e^-50 of the nearest one is below rounding for any number of points.
      for (let i = 0; i < count; i++) if (halves[i] < nearest + 50) sum += Math.exp(nearest - halves[i]);
      logDensity[q] = logScale - nearest + Math.log(sum);
    }
    return logDensity;
  };
}

/** [xx, xy, yy] with denominator n − 1. */
function covariance(points: ArrayLike<number>): [number, number, number] {
  const count = points.length / 2;
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < count; i++) {
    meanX += points[2 * i] / count;
    meanY += points[2 * i + 1] / count;
  }
  let [xx, xy, yy] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const dx = points[2 * i] - meanX;
    const dy = points[2 * i + 1] - meanY;
    xx += (dx * dx) / (count - 1);
    xy += (dx * dy) / (count - 1);
    yy += (dy * dy) / (count - 1);
  }
  return [xx, xy, yy];
}
