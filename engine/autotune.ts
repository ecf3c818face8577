/** Finds out which forms of kernels are the fastest here, by measuring a program with each. */

import type { Profile } from "./compile/profile.ts";
import type { Device } from "./device/device.ts";
import type { Choices } from "./form.ts";

/** What the kernels of one kind took in one form, in all their uses in one run of the program; of `loop`, what the whole run took. */
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

/** Trials by kind and form, in the order in which they were met. */
class Trials {
  readonly #ofKinds = new Map<string, Map<string, Trial>>();

  has(kind: string, form: string): boolean {
    return this.#ofKinds.get(kind)?.has(form) ?? false;
  }

  /** A trial, or one more round of it: only the first compiles. */
  add(trial: Trial): void {
    const ofKind = this.#ofKinds.get(trial.kind) ?? new Map<string, Trial>();
    const known = ofKind.get(trial.form);
    if (known !== undefined) known.microseconds = Math.min(known.microseconds, trial.microseconds);
    this.#ofKinds.set(trial.kind, ofKind.set(trial.form, known ?? trial));
  }

  /** The form of each kind with the least of compilation and so many runs together. */
  fastest(runs: number): [kind: string, form: string][] {
    const cost = ({ compilation, microseconds }: Trial): number => compilation + (runs * microseconds) / 1000;
    return [...this.#ofKinds].map(([kind, ofKind]) => [
      kind,
      [...ofKind.values()].reduce((a, b) => (cost(b) < cost(a) ? b : a)).form,
    ]);
  }

  get list(): Trial[] {
    return [...this.#ofKinds.values()].flatMap((ofKind) => [...ofKind.values()]);
  }
}

/**
 * Chooses forms for a program that will run so many times: those with the least of compilation and all runs together. `profile`
 * compiles the program anew and measures it (`() => compile(f).profile(x)`); it is called twice for the table's choices and for every
 * form that some kernel could take instead, of which `tell` hears before. Last, where a loop could be one kernel, whole runs tell
 * whether it had better be. The device takes the choices for what is compiled from now on. Forms give the same bits, so nothing
 * depends on them but time.
 */
export async function autotune(
  device: Device,
  profile: () => Promise<Profile>,
  runs: number,
  tell: (form: string) => void = () => {},
): Promise<Tuning> {
  const { target } = device;
  const before = target.choices;
  const profiles = async (choices: Iterable<readonly [string, string]>): Promise<Profile[]> => {
    target.choices = new Map(choices);
    const measured: Profile[] = [];
    for (let round = 0; round < ROUNDS; round++) measured.push(await profile());
    return measured;
  };
  const trials = new Trials();
  try {
    await tuneKernels(profiles, trials, tell);
    if (target.chains !== "none") await tuneLoops(profiles, trials, runs, tell);
  } catch (error) {
    target.choices = before;
    throw error;
  }
  target.choices = new Map([...before, ...trials.fastest(runs)]);
  return { choices: target.choices, trials: trials.list };
}

type Profiles = (choices: Iterable<readonly [kind: string, form: string]>) => Promise<Profile[]>;

const BY_DISPATCHES = ["loop", "loop.dispatches"] as const;

/** Every kernel in every form, those of loops too. */
async function tuneKernels(profiles: Profiles, trials: Trials, tell: (form: string) => void): Promise<void> {
  const forms = new Map<string, readonly string[]>();
  const measure = async (choices: readonly (readonly [string, string])[]): Promise<void> => {
    for (const { rows } of await profiles([BY_DISPATCHES, ...choices])) {
      const ofRun = new Map<string, Trial>();
      for (const { choice, times, microseconds, compilation } of rows) {
        if (choice === null) continue;
        const { kind, form } = choice;
        forms.set(kind, choice.forms);
        const trial = ofRun.get(kind) ?? { kind, form, compilation: 0, microseconds: 0 };
        trial.compilation += compilation;
        trial.microseconds += times * microseconds;
        ofRun.set(kind, trial);
      }
      for (const trial of ofRun.values()) trials.add(trial);
    }
  };
  await measure([]);
  for (const form of new Set([...forms.values()].flat())) {
    const kinds = [...forms].filter(([kind, names]) => names.includes(form) && !trials.has(kind, form));
    if (kinds.length === 0) continue;
    tell(form);
    await measure(kinds.map(([kind]) => [kind, form]));
  }
}

/** Loops as the target's table has them, and as dispatches in their fastest forms. */
async function tuneLoops(
  profiles: Profiles,
  trials: Trials,
  runs: number,
  tell: (form: string) => void,
): Promise<void> {
  const fastest = trials.fastest(runs);
  for (const form of ["loop.suited", "loop.dispatches"]) {
    tell(form);
    for (const { rows, run } of await profiles([...fastest, ["loop", form]])) {
      if (form === "loop.suited" && !rows.some(({ shader }) => shader === "shaders/chain.wgsl")) return;
      const compilation = rows.reduce((sum, row) => sum + row.compilation, 0);
      trials.add({ kind: "loop", form, compilation, microseconds: run });
    }
  }
}
