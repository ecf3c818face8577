/** The words of a progress line. */

import type { NumbersRow } from "../run/records.ts";

/** Where a run stands. */
export interface Standing {
  step: number;
  total: number;
  /** updates a second, null until it is known */
  rate: number | null;
  /** the newest numbers, null until the first have arrived */
  row: NumbersRow | null;
}

/** The numbers a person watches, in this order and in these words; a row without them is shown without them. */
const watched = ["loss", "d_s", "r_s", "energy_data", "energy_samples"];

/** `420/1000  104/s  0:06 left  loss -0.013  d_s 0.8` */
export function progressLine({ step, total, rate, row }: Standing): string {
  const pace = rate === null ? [] : [`${significant(rate)}/s`, `${clock((total - step) / rate)} left`];
  const numbers =
    row === null ? [] : watched.filter((name) => name in row).map((name) => `${name} ${significant(row[name])}`);
  return [`${step}/${total}`, ...pace, ...numbers].join("  ");
}

/** `42% ████▌     `: how far, in eighths of a letter. */
export function bar(fraction: number, letters = 12): string {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * letters * 8);
  const full = "█".repeat(Math.floor(eighths / 8));
  const rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
  return `${String(Math.floor(fraction * 100)).padStart(3)}% ${(full + rest).padEnd(letters)}`;
}

/** Three significant digits, without an exponent where that is short: `0.0123`, `1230`, `1.2e-9`. */
export function significant(value: number): string {
  if (!Number.isFinite(value) || value === 0) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2);
  return size >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Seconds as `0:06`, `12:40` or `1:02:03`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number): string => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
