/** Shows how a download gets on: a line that is redrawn on a terminal, a line every few seconds on a pipe. */

import { createLogUpdate } from "log-update";
import type { Out } from "../world.ts";
import { bar, clock } from "./line.ts";
import { paceMeter } from "./progress.ts";

export interface TransferProgress {
  /** Tells how many of how many bytes of a file are there; draws when it is time to. */
  show(name: string, done: number, total: number): void;
  /** Leaves the cursor below the last line. */
  end(): void;
}

/** Progress of files that come one after the other, on `out`, in seconds of `now`. */
export function transferProgress(out: Out, now = (): number => performance.now() / 1000): TransferProgress {
  const live = out.isTTY === true;
  const redraw = live ? createLogUpdate(out as NodeJS.WriteStream) : null;
  let current = "";
  let pace = paceMeter(now);
  let due = now();
  return {
    show(name, done, total) {
      if (name !== current) {
        [current, pace] = [name, paceMeter(now)];
        redraw?.done();
      }
      const rate = pace(done);
      if (now() < due && done < total) return;
      due = now() + (live ? 0.1 : 5);
      const line = transferLine(name, done, total, rate);
      if (redraw === null) out.write(`${line}\n`);
      else redraw(`${bar(done / total)} ${line}`.slice(0, (out.columns ?? 80) - 1));
    },
    end: () => redraw?.done(),
  };
}

/** `train-images.gz  4.1/9.9 MB  1.2 MB/s  0:05 left`; `rate` in bytes a second, null until it is known. */
export function transferLine(name: string, done: number, total: number, rate: number | null): string {
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  const left = rate === null || rate === 0 || done === total ? [] : [`${clock((total - done) / rate)} left`];
  const speed = rate === null ? [] : [`${megabytes(rate)} MB/s`];
  return [name, `${megabytes(done)}/${megabytes(total)} MB`, ...speed, ...left].join("  ");
}
