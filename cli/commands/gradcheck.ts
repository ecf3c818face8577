/** ebm gradcheck: holds ops and their gradients against the float64 reference, on the adapter at hand. */

import { checkProgram, checkRow, type Checked } from "../../engine/check/opCheck.ts";
import { currentDevice, formsOn, pinned } from "../../engine/index.ts";
import { rows as known, withoutGradient, type Row } from "../../engine/check/rows.ts";
import { didYouMean } from "../config/suggest.ts";
import { Failure, type Ending } from "../failure.ts";
import { adapterLine, environmentOf } from "../run/environment.ts";
import { say, type World } from "../world.ts";

export interface GradcheckOptions {
  /** The first seed. */
  seed: string;
  /** How many seeds, one after the other. */
  runs: string;
  /** The form that all kernels take that have it, such as `conv2dSubgroup`, instead of the standard one. */
  form?: string;
}

/** Random programs go by this name among the ops. */
const PROGRAMS = "programs";

/** A line per op, with the command that repeats a failure; throws a Failure if there is any. */
export async function gradcheck(
  world: World,
  names: readonly string[],
  options: GradcheckOptions,
  rows: Readonly<Record<string, Row>> = known,
): Promise<Ending> {
  const [seed, runs] = [count("--seed", options.seed, 0), count("--runs", options.runs, 1)];
  const checks = chosen(names, rows);
  const width = Math.max(...checks.map(([name]) => name.length));
  const adapter = adapterLine(environmentOf(await world.openDevice()));
  if (options.form !== undefined) pin(options.form);
  say(world, `on ${adapter}${options.form === undefined ? "" : `, with ${options.form}`}`);
  let failures = 0;
  for (const [name, check] of checks) {
    const worst = { gradients: 0, device: 0 };
    let failed: { seed: number; problem: string } | null = null;
    for (let at = seed; at < seed + runs && failed === null && !world.stop.aborted; at++) {
      const { gradients, device, problem } = await check(at);
      worst.gradients = Math.max(worst.gradients, gradients);
      worst.device = Math.max(worst.device, device);
      if (problem !== null) failed = { seed: at, problem };
    }
    if (world.stop.aborted) return "interrupted";
    const share = Number.isFinite(worst.device) ? `${worst.device.toFixed(3)} of its bound` : "beyond its bound";
    const numbers = `gradients ${worst.gradients.toExponential(1)}  device ${share.padEnd(18)}`;
    say(world, `${name.padEnd(width)}  ${numbers}  ${failed === null ? "ok" : "FAIL"}`);
    if (failed === null) continue;
    failures++;
    say(
      world,
      `  ${failed.problem}\n  again: ebm gradcheck ${quoted(name)} --seed ${failed.seed} --runs 1${options.form === undefined ? "" : ` --form ${options.form}`}`,
    );
  }
  if (failures > 0) throw new Failure("fault", `gradcheck: ${failures} of ${checks.length} fail on this adapter`);
  say(world, `all ${checks.length} agree, on ${runs} ${runs === 1 ? "draw" : "draws"} each`);
  return "ok";
}

/** Has every kernel take this form that has it. */
function pin(form: string): void {
  const { target } = currentDevice("gradcheck");
  const forms = formsOn(target);
  if (!forms.includes(form))
    throw new Failure("usage", `--form ${form}: no form of a kernel on this adapter (one of ${forms.join(", ")})`);
  target.choices = pinned(form);
}

type Check = (seed: number) => Promise<Checked>;

/** What was asked for: an op is all its rows (`matmul` is also `matmul of aᵀ`); nothing named is everything. */
function chosen(names: readonly string[], rows: Readonly<Record<string, Row>>): [name: string, check: Check][] {
  const all: [string, Check][] = [
    ...Object.entries(rows).map(([name, row]): [string, Check] => [name, (seed) => checkRow(row, seed)]),
    [PROGRAMS, checkProgram],
  ];
  if (names.length === 0) return all;
  const belongs = (row: string, name: string) => row === name || row.startsWith(`${name} `);
  for (const name of names) {
    if (all.some(([row]) => belongs(row, name))) continue;
    if (withoutGradient.includes(name)) throw new Failure("usage", `gradcheck: ${name} has no gradient`);
    const near = didYouMean(
      name,
      all.map(([row]) => row),
      "ebm gradcheck without a name checks every op",
    );
    throw new Failure("usage", `gradcheck: no op "${name}"${near}`);
  }
  return all.filter(([row]) => names.some((name) => belongs(row, name)));
}

function count(option: string, text: string, least: number): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least && text.trim() !== "") return value;
  throw new Failure("usage", `${option} ${text}: expected an integer of at least ${least}`);
}

const quoted = (name: string): string => (name.includes(" ") ? `"${name}"` : name);
