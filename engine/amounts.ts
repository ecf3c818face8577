/** Amounts in words: `1.21 MFLOP`, `3.2 KiB`, `12.4 ms`. */

const scaled = (value: number, base: number, prefixes: readonly string[], unit: string): string => {
  const power = value < base ? 0 : Math.min(prefixes.length - 1, Math.floor(Math.log(value) / Math.log(base)));
  const amount = value / base ** power;
  return `${amount >= 100 || Number.isInteger(amount) ? amount.toFixed(0) : amount.toPrecision(3)} ${prefixes[power]}${unit}`;
};

/** `1.21 MFLOP`: operations in powers of a thousand. */
export const showFlops = (value: number): string => scaled(value, 1000, ["", "k", "M", "G", "T", "P", "E"], "FLOP");

/** `3.20 KiB`: bytes in powers of 1024. */
export const showBytes = (value: number): string => scaled(value, 1024, ["", "Ki", "Mi", "Gi", "Ti"], "B");

/** `12.4 ms`: a duration given in microseconds, up to days. */
export function showMicroseconds(value: number): string {
  if (value < 1e6) return scaled(value, 1000, ["µ", "m"], "s");
  const steps = [
    ["s", 1, 120],
    ["min", 60, 120],
    ["h", 3600, 72],
    ["days", 86_400, Infinity],
  ] as const;
  const seconds = value / 1e6;
  const [unit, length] = steps.find(([, length, most]) => seconds < length * most)!;
  return `${(seconds / length).toPrecision(3)} ${unit}`;
}
