/** Watches the numbers of a training for divergence, the first complaint of everyone who trains an EBM. */

import type { Fields, SettingsOf } from "./settings.ts";
import type { MetricsRow } from "./training.ts";

export const guardFields = {
  mode: {
    kind: "choice",
    about: "what follows a divergence: nothing, a warning, or a way back to the last good checkpoint",
    values: ["off", "warn", "recover"],
  },
  limit: { kind: "number", about: "a loss or an energy beyond this, either way, has diverged", exclusiveMin: 0 },
  settle: {
    kind: "integer",
    about: "updates between two checkpoints to go back to, and after one until it counts as good",
    min: 1,
  },
  attempts: { kind: "integer", about: "recoveries before the training is given up", min: 1 },
} as const satisfies Fields;

export type GuardSettings = SettingsOf<typeof guardFields>;

/** The guard of every recipe; 10⁸ is where JEM's own code gives up. */
export const guard: GuardSettings = { mode: "recover", limit: 1e8, settle: 200, attempts: 8 };

/** Something about an update that a person should know. */
export interface Alarm {
  step: number;
  /** `strange`: far from usual. `skipped`: not finite, and left out. `diverged`: beyond recovery by itself. */
  kind: "strange" | "skipped" | "diverged";
  message: string;
}

/** Numbers whose usual size is known from this many updates. */
const WINDOW = 200;
/** Deviations from the usual, in units of the median one, that are strange. */
const STRANGE = 50;
/** Updates in a row that may be skipped, where they are. */
const SKIPS = 3;
/** What is held against the limit, and against its own past. */
const watched = ["loss", "energy_data", "energy_samples", "r_s"];

/**
 * Sees every row of numbers once and in order; its judgement depends on nothing else, so a resumed run has the same. After it has
 * said that a training diverged it is silent.
 */
export class Guard {
  readonly #past = new Map<string, number[]>();
  #skips = 0;
  #quietUntil = 0;

  constructor(readonly settings: GuardSettings) {}

  /** What is wrong at an update; null while all is well. */
  look(row: MetricsRow): Alarm | null {
    if (this.#quietUntil === Infinity) return null;
    const { step } = row;
    const names = watched.filter((name) => name in row);
    // The measures of an observation are no update.
    if (names.length === 0) return null;
    const lost = Object.keys(row).filter((name) => !Number.isFinite(row[name]));
    const beyond = names.filter((name) => Math.abs(row[name]) > this.settings.limit);
    this.#skips = lost.length > 0 ? this.#skips + 1 : 0;
    if (this.#skips > (this.settings.mode === "recover" ? SKIPS : 0) || (lost.length === 0 && beyond.length > 0)) {
      this.#quietUntil = Infinity;
      return { step, kind: "diverged", message: told(row, lost.length > 0 ? lost : beyond) };
    }
    if (lost.length > 0) return { step, kind: "skipped", message: told(row, lost) };
    const strange = names.filter((name) => this.#isStrange(name, row[name]));
    if (strange.length === 0 || step < this.#quietUntil) return null;
    // One word about a strange time is enough.
    this.#quietUntil = step + WINDOW;
    return { step, kind: "strange", message: `${told(row, strange)}: far from the last ${WINDOW} updates` };
  }

  /** Whether a number is many times further from the median of its past than half of that past; then it joins the past. */
  #isStrange(name: string, value: number): boolean {
    const past = this.#past.get(name) ?? [];
    this.#past.set(name, past);
    let strange = false;
    if (past.length === WINDOW) {
      const middle = median(past);
      const spread = median(past.map((other) => Math.abs(other - middle)));
      strange = Math.abs(value - middle) > STRANGE * Math.max(spread, 1e-3 * Math.abs(middle));
      past.shift();
    }
    past.push(value);
    return strange;
  }
}

/** `step 118: loss is NaN, r_s is Infinity` */
const told = (row: MetricsRow, names: readonly string[]): string =>
  `step ${row.step}: ${names.map((name) => `${name} is ${Number(row[name].toPrecision(4))}`).join(", ")}`;

/**
 * Where to go back to after a divergence: the newest step in `kept`, a multiple of `settle`, that was followed by enough healthy
 * updates, twice as many at every further recovery; 0, the start, if there is none.
 */
export function safeStep(
  kept: readonly number[],
  diverged: number,
  recoveries: number,
  { settle }: GuardSettings,
): number {
  const latest = diverged - settle * 2 ** recoveries;
  return Math.max(0, ...kept.filter((step) => step % settle === 0 && step <= latest));
}

/**
 * Whether the checkpoint of a step is kept for recoveries when `newest` is the latest: multiples of `settle`, the rounder the
 * longer. So there is always one about as old as may be asked for, and few in all. It depends on nothing that an interruption
 * changes, so a resumed run goes back where one that never stopped does.
 */
export function isKept(step: number, newest: number, { settle }: GuardSettings): boolean {
  if (step === 0 || step % settle !== 0) return false;
  const index = step / settle;
  const roundness = index & -index;
  return Math.floor(newest / settle) - index < 3 * roundness;
}

/** What a recovery changes for all updates that follow: a learning rate half as large, and half as many sampler steps again. */
export const recovered = {
  rate: (rate: number, recoveries: number): number => rate * 0.5 ** recoveries,
  steps: (steps: number, recoveries: number): number => Math.ceil(steps * 1.5 ** recoveries),
} as const;

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1] + sorted[Math.floor(middle)]) / 2;
}
