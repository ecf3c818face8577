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
