/** A race as words of the page's address, and back: `target=banana&stepSize=0.1&racers=mala,hmc`. */

import { readSetting } from "../../controls.ts";
import { initial, raceFields, raceOn, settingNames, withSetting } from "./choices.ts";
import type { Race } from "./protocol.ts";
import { racers } from "./racers.ts";

/** The words of a race. What is as its target opens with is left out, except the target. */
export function wordsOf(race: Race): Record<string, string> {
  const usual = raceOn(race.target, initial);
  const changed = settingNames.filter((name) => name === "target" || race[name] !== usual[name]);
  const chosen = race.racers.join();
  return {
    ...Object.fromEntries(changed.map((name) => [name, String(race[name])])),
    ...(chosen !== initial.racers.join() && { racers: chosen }),
  };
}

/** The race of an address, and in words what of it makes no sense and was left out. */
export function raceOf(words: URLSearchParams): { race: Race; problems: string[] } {
  const problems: string[] = [];
  let race = initial;
  // The target first: it brings its own step size.
  const inOrder = [...words].sort(([a], [b]) => Number(b === "target") - Number(a === "target"));
  for (const [name, word] of inOrder) {
    try {
      race =
        name === "racers"
          ? { ...race, racers: racersOf(word) }
          : withSetting(race, name, readSetting(raceFields, name, word));
    } catch (error) {
      problems.push((error as Error).message);
    }
  }
  return { race, problems };
}

function racersOf(word: string): string[] {
  const wanted = word.split(",");
  const known: readonly string[] = racers.map(({ name }) => name);
  const strange = wanted.find((name) => !known.includes(name));
  if (strange !== undefined) throw new RangeError(`address: racers are of ${known.join(", ")}, got "${strange}"`);
  return known.filter((name) => wanted.includes(name));
}
