/** Where a run diverged, by the word of its own guard. */

import { Guard, guard as standard, type Alarm, type GuardSettings } from "../../ebm/guard.ts";
import type { RunData } from "./read.ts";

/**
 * The first update from which the guard goes back, or would have gone back in another mode: not finite, or beyond its limit; null
 * if there is none. So runs are held to the same whatever was done about it. What a recovery took back is not seen.
 */
export function divergenceOf({ config, updates }: Pick<RunData, "config" | "updates">): Alarm | null {
  const settings = (config.settings.guard ?? standard) as GuardSettings;
  const guard = new Guard({ ...settings, mode: settings.mode === "recover" ? "recover" : "warn" });
  for (const row of updates) {
    const alarm = guard.look(row);
    if (alarm?.kind === "diverged") return alarm;
  }
  return null;
}
