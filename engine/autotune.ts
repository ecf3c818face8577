/** Finds out which forms of kernels are the fastest here, by measuring a program with each. */

import type { Profile } from "./compile/profile.ts";
import type { Device } from "./device/device.ts";
import type { Choices } from "./form.ts";

/** What the kernels of one kind took in one form, in all their uses in one run of the program. */
export interface Trial {
  /** The op and its extents, rounded up to powers of two: `matmul 1 × 256 × 128 × 128` of products, rows, columns, terms. */
  kind: string;
  form: string;
  /** To compile, in milliseconds; of several shaders, of all. */
  compilation: number;
  /** Of one run, in microseconds. */
  microseconds: number;
}

export interface Tuning {
  /** The fastest form of every kind that was met. */
  choices: Choices;
  /** What the choices were made by; the first of a kind is the form that the op's own table takes. */
  trials: readonly Trial[];
}

/** Each form is measured so often, and its least time counts: whatever else the machine does only adds to it. */
const ROUNDS = 2;

/**
 * Chooses forms for a program that will run so many times: those with the least of compilation and all runs together. `profile`
 * compiles the program anew and measures it (`() => compile(f).profile(x)`); it is called twice for the table's choices and for every
 * form that some kernel could take instead, of which `tell` hears before. The device takes the choices for what is compiled from now
 * on. Forms give the same bits, so nothing depends on them but time.
 */
export async function autotune(
  device: Device,
  profile: () => Promise<Profile>,
  runs: number,
  tell: (form: string) => void = () => {},
): Promise<Tuning> {
  const { target } = device;
  const before = target.choices;
  const forms = new Map<string, readonly string[]>();
  const trials = new Map<string, Map<string, Trial>>();
  const measure = async (choices: Choices): Promise<void> => {
    target.choices = choices;
    for (let round = 0; round < ROUNDS; round++) {
      const measured = new Map<string, Trial>();
      for (const { choice, times, microseconds, compilation } of (await profile()).rows) {
        if (choice === null) continue;
        const { kind, form } = choice;
        forms.set(kind, choice.forms);
        const trial = measured.get(kind) ?? { kind, form, compilation: 0, microseconds: 0 };
        trial.compilation += compilation;
        trial.microseconds += times * microseconds;
        measured.set(kind, trial);
      }
      for (const [kind, trial] of measured) {
        const ofKind = trials.get(kind) ?? new Map<string, Trial>();
        const known = ofKind.get(trial.form);
        // Only the first round compiles.
        if (known !== undefined) known.microseconds = Math.min(known.microseconds, trial.microseconds);
        trials.set(kind, ofKind.set(trial.form, known ?? trial));
      }
    }
  };
  try {
    await measure(new Map());
    for (const form of new Set([...forms.values()].flat())) {
      const kinds = [...forms].filter(([kind, names]) => names.includes(form) && !trials.get(kind)!.has(form));
      if (kinds.length === 0) continue;
      tell(form);
      await measure(new Map(kinds.map(([kind]) => [kind, form])));
    }
  } catch (error) {
    target.choices = before;
    throw error;
  }
  const cost = ({ compilation, microseconds }: Trial): number => compilation + (runs * microseconds) / 1000;
  const best = [...trials].map(([kind, ofKind]): [string, string] => {
    const fastest = [...ofKind.values()].reduce((a, b) => (cost(b) < cost(a) ? b : a));
    return [kind, fastest.form];
  });
  target.choices = new Map([...before, ...best]);
  return { choices: target.choices, trials: [...trials.values()].flatMap((ofKind) => [...ofKind.values()]) };
}
