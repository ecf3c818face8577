/** What the numbers of a training in the plane mean, in sentences. */

/** Below this many nats a density looks right, above the other it is plainly wrong. */
const [right, wrong] = [0.25, 1];

/** Instead of a verdict where no truth is known. */
export const unknownTruth = "Of these points nobody knows the truth: see whether chains and density look like them.";

/** Instead of a verdict where nothing can be trained. */
export const onlyTruth = "Without WebGPU there is only the truth to see, and the data.";

/** What the divergences from the truth mean, each null until it is known. */
export function verdict(model: number | null, shortRun: number | null): string {
  if (model === null || shortRun === null) return "The chains take their first steps.";
  if (!Number.isFinite(model) || Number.isNaN(shortRun))
    return "The chains have run away: take a smaller step size, or start over.";
  if (model < right && shortRun < right) return "Convergent: the density and the chains both match the data.";
  if (model > wrong && shortRun < right)
    return "Non-convergent: the chains look right, but the density is wrong. It only steers short walks.";
  if (model < right) return "The density matches the data already, the chains do not yet.";
  if (shortRun < right) return "The chains match the data already, the density does not yet.";
  return "Still learning: neither the density nor the chains match the data yet.";
}

/** The same for chains that walk on; a single round of them is a rough estimate. */
export function longRunVerdict(chains: number | null): string {
  if (chains === null) return "The chains walk on under the model, without a new start.";
  if (!Number.isFinite(chains)) return "The chains have run away: take a smaller step size, or start over.";
  if (chains > wrong) return "Left to walk on, the chains do not stay with the data: the density is another one.";
  if (chains < 2 * right) return "Left to walk on, the chains stay with the data.";
  return "Left to walk on, the chains drift from the data a little.";
}
