/** Shows how a run gets on: one line that is redrawn on a terminal, a line every few seconds on a pipe. */

import { createLogUpdate } from "log-update";
import type { NumbersRow } from "../run/records.ts";
import type { Out } from "../world.ts";
import { bar, progressLine, type Standing } from "./line.ts";

export interface Progress {
  /** Tells where the run stands; draws when it is time to. */
  show(step: number, row: NumbersRow | null): void;
  /** Draws the last state and leaves the cursor below it. */
  end(): void;
}

/** Shows nothing. */
export const silence: Progress = { show: () => undefined, end: () => undefined };

/** Progress towards `total` updates on `out`, in seconds of `now`. */
export function progress(out: Out, total: number, now = (): number => performance.now() / 1000): Progress {
  const live = out.isTTY === true;
  const interval = live ? 0.1 : 5;
  const redraw = live ? createLogUpdate(out as NodeJS.WriteStream) : null;
  const pace = paceMeter(now);
  let standing: Standing | null = null;
  let drawn: number | null = null;
  let due = now();

  const draw = (): void => {
    if (standing === null || standing.step === drawn) return;
    const line = progressLine(standing);
    if (redraw === null) out.write(`${line}\n`);
    else redraw(`${bar(standing.step / total)} ${line}`.slice(0, (out.columns ?? 80) - 1));
    drawn = standing.step;
  };
  return {
    show(step, row) {
      standing = { step, total, rate: pace(step), row };
      if (now() < due || (!live && row === null)) return;
      due = now() + interval;
      draw();
    },
    end() {
      draw();
      redraw?.done();
    },
  };
}

/** Updates a second over the last ten seconds or so, so that it follows a change of pace; null at the first call. */
export function paceMeter(now: () => number): (step: number) => number | null {
  let marks: { time: number; step: number }[] = [];
  return (step) => {
    const time = now();
    // A recovery goes back to an earlier step.
    if (marks.some((mark) => mark.step > step)) marks = [];
    const old = marks.filter((mark) => mark.time < time - 10);
    if (old.length > 1) marks = marks.slice(old.length - 1);
    const last = marks.at(-1);
    if (last === undefined || time - last.time >= 0.2) marks.push({ time, step });
    const { time: since, step: from } = marks[0];
    return time - since < 0.2 ? null : (step - from) / (time - since);
  };
}
