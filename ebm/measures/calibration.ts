/** Whether confidence can be believed: of predictions made with confidence c, a share c should be right. */

export interface BinOptions {
  bins: number;
  /** `width`: bins of equal width in [0, 1]; `mass`: bins of equally many predictions, in order of confidence. */
  by?: "width" | "mass";
  /**
   * Bins without their edges, as in the reproduction of JEM: a confidence on an edge, such as exactly 1, is in none. It still
   * counts among all. Else each bin has its upper edge, and the first one 0.
   */
  published?: boolean;
}

/** Predictions of like confidence. */
export interface Bin {
  /** Confidences from here … to here. */
  from: number;
  to: number;
  count: number;
  /** Means of confidence and of correctness; NaN in an empty bin. */
  confidence: number;
  accuracy: number;
}

/**
 * Predictions by confidence: the data of a reliability diagram. `correct` is 1 for a prediction that is right, else 0; bins that are
 * empty are there too.
 * @throws RangeError when there are no predictions, or not as many of one as of the other
 */
export function reliability(
  confidences: ArrayLike<number>,
  correct: ArrayLike<number>,
  { bins, by = "width", published = false }: BinOptions,
): Bin[] {
  if (confidences.length === 0 || confidences.length !== correct.length)
    throw new RangeError(
      `reliability: expected predictions, each right or wrong, got ${confidences.length} and ${correct.length} (confidences, correct)`,
    );
  const members = by === "mass" ? massBins(confidences, bins) : widthBins(confidences, bins, published);
  return members.map((items, bin): Bin => {
    const mean = (values: ArrayLike<number>): number => items.reduce((sum, i) => sum + values[i], 0) / items.length;
    const [from, to] =
      by === "mass"
        ? [confidences[items[0]] ?? NaN, confidences[items.at(-1) ?? 0] ?? NaN]
        : [bin / bins, (bin + 1) / bins];
    return { from, to, count: items.length, confidence: mean(confidences), accuracy: mean(correct) };
  });
}

function widthBins(confidences: ArrayLike<number>, bins: number, published: boolean): number[][] {
  const members: number[][] = Array.from({ length: bins }, () => []);
  for (let i = 0; i < confidences.length; i++) {
    const place = confidences[i] * bins;
    if (published && Number.isInteger(place)) continue;
    members[Math.min(Math.max(Math.ceil(place) - 1, 0), bins - 1)].push(i);
  }
  return members;
}

/** Sizes differ by one at most, the larger bins first. */
function massBins(confidences: ArrayLike<number>, bins: number): number[][] {
  const order = Array.from(confidences, (_, i) => i).sort((a, b) => confidences[a] - confidences[b]);
  const [size, larger] = [Math.floor(order.length / bins), order.length % bins];
  return Array.from({ length: bins }, (_, bin) => {
    const first = bin * size + Math.min(bin, larger);
    return order.slice(first, first + size + Number(bin < larger));
  });
}

/** How far accuracy is from confidence, over all bins. */
export interface CalibrationError {
  /** Expected calibration error, Σ (n_b / n) |accuracy − confidence| (Naeini et al. 2015). */
  ece: number;
  /** The largest difference of a bin. */
  mce: number;
  /** √ Σ (n_b / n) (accuracy − confidence)². */
  rmsce: number;
}

/** The errors of bins of `count` predictions, all that are in a bin unless it is given. */
export function calibrationError(
  bins: readonly Bin[],
  count = bins.reduce((sum, bin) => sum + bin.count, 0),
): CalibrationError {
  const gaps = bins
    .filter((bin) => bin.count > 0)
    .map((bin) => [bin.count / count, Math.abs(bin.accuracy - bin.confidence)]);
  return {
    ece: gaps.reduce((sum, [share, gap]) => sum + share * gap, 0),
    mce: gaps.reduce((most, [, gap]) => Math.max(most, gap), 0),
    rmsce: Math.sqrt(gaps.reduce((sum, [share, gap]) => sum + share * gap ** 2, 0)),
  };
}
