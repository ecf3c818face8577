/** Learning rates over the updates of a training; update 0 is the first. */

export type Schedule = (update: number) => number;

/** The same rate throughout. */
export const constantRate =
  (rate: number): Schedule =>
  () =>
    rate;

/** initial · decayᵘᵖᵈᵃᵗᵉ, but never below `floor`. */
export const exponentialRate =
  (initial: number, decay: number, floor = 0): Schedule =>
  (update) =>
    Math.max(initial * decay ** update, Math.min(floor, initial));

/** initial, multiplied by `factor` after every `every` updates: PyTorch's StepLR. */
export const stepRate =
  (initial: number, every: number, factor: number): Schedule =>
  (update) =>
    initial * factor ** Math.floor(update / every);

/**
 * initial, multiplied by `factor` at each of the milestones, which are numbers of updates: PyTorch's MultiStepLR. Throws a
 * RangeError unless they increase.
 */
export function multiStepRate(initial: number, milestones: readonly number[], factor: number): Schedule {
  if (milestones.some((milestone, at) => at > 0 && milestone <= milestones[at - 1]))
    throw new RangeError(`multiStepRate: the milestones must increase, got [${milestones.join(", ")}]`);
  return (update) => initial * factor ** milestones.filter((milestone) => milestone <= update).length;
}

/** Half a cosine from `initial` down to `floor` over so many updates, where it stays (Loshchilov & Hutter 2017). */
export const cosineRate =
  (initial: number, updates: number, floor = 0): Schedule =>
  (update) =>
    floor + ((initial - floor) * (1 + Math.cos((Math.PI * Math.min(update, updates)) / updates))) / 2;

/**
 * A schedule whose first rates are shares of its own: (first + update)/updates until that is 1. VERA begins with one part
 * (`first` 1), JEM with none (`first` 0).
 */
export const warmedUp =
  (schedule: Schedule, updates: number, first = 1): Schedule =>
  (update) =>
    schedule(update) * (updates === 0 ? 1 : Math.min(1, (first + update) / updates));
