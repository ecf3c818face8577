/** A setting as a control shows it, and the round values where sliders stop. */

/** A setting with a slider: its path, its name on the page, and the round values that the slider has. */
export interface Knob {
  path: string;
  name: string;
  stops: readonly number[] | null;
  /** whether it does anything under the settings as they are now; without, it always does */
  matters?: (now: (path: string) => number | string | boolean) => boolean;
}

/** Round values from `low` to `high`, about ten a decade. */
export function stops(low: number, high: number, { integers = false } = {}): number[] {
  const mantissas = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
  const decades = Array.from({ length: 12 }, (_, i) => i - 6);
  return decades
    .flatMap((decade) => mantissas.map((mantissa) => Number(`${mantissa}e${decade}`)))
    .filter((value) => value >= low && value <= high && (!integers || Number.isInteger(value)));
}

/** The stop that is nearest to a value, on a logarithmic scale; a slider shows a value between its stops there. */
export function nearestStop(stops: readonly number[], value: number): number {
  const place = (x: number): number => Math.log(Math.max(x, 1e-9));
  const away = stops.map((stop) => Math.abs(place(stop) - place(value)));
  return away.indexOf(Math.min(...away));
}
