/** Names meant by names mistyped. */

import { closest, distance } from "fastest-levenshtein";

/** The one of `names` that `wrong` is probably meant to be, or null: at most a third of its letters differ. */
export function suggest(wrong: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const nearest = closest(wrong, names);
  return distance(wrong, nearest) <= Math.max(1, Math.ceil(wrong.length / 3)) ? nearest : null;
}

/** `; did you mean "near"?`, or what else to say when nothing is near. */
export function didYouMean(wrong: string, names: readonly string[], otherwise: string): string {
  const nearest = suggest(wrong, names);
  return nearest === null ? `; ${otherwise}` : `; did you mean "${nearest}"?`;
}
