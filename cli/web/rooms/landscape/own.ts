/** Points that a person has drawn or brought: as a word of the address, and in between as numbers. */

/** Points as numbers from −1 to 1, each in one of 255 steps, `[n, 2]` flat: a drawing is as exact as its link. */
export type Own = Float32Array<ArrayBuffer>;

/** Points that a link holds at most; of more there is none. */
export const mostInLink = 400;

const STEPS = 127;

/** The word for points: their steps as base64url. */
export function wordOfPoints(points: Own): string {
  const bytes = Array.from(points, (value) => String.fromCharCode(Math.round(value * STEPS) + 128));
  return btoa(bytes.join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** The points of a word. Throws a RangeError for what is none, or fewer than 3. */
export function pointsOfWord(word: string): Own {
  let bytes: string;
  try {
    bytes = atob(word.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    throw new RangeError(`address: own is a drawing as "Copy link" writes it, got "${word.slice(0, 20)}"`);
  }
  if (bytes.length < 6 || bytes.length % 2 === 1)
    throw new RangeError(`address: own is a drawing of at least 3 points, got ${bytes.length / 2}`);
  return Float32Array.from(bytes, (byte) => (byte.charCodeAt(0) - 128) / STEPS);
}

/** What is there before anything is drawn: two arms of a spiral. */
export const spiral: Own = Float32Array.from({ length: 240 }, (_, at) => {
  const [point, arm] = [at >> 2, (at >> 1) % 2];
  const turn = 0.6 + (point / 60) * 4.6;
  const angle = turn + arm * Math.PI;
  return (turn / 6) * (at % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
}).map((value) => Math.round(value * STEPS) / STEPS);

/** Points as lines of comma-separated values. */
export const csvOf = (points: Own): string =>
  Array.from({ length: points.length / 2 }, (_, i) => `${points[2 * i]},${points[2 * i + 1]}\n`).join("");
