/** On what a run runs: the adapter and the versions that its numbers depend on. */

import { packageVersion, system } from "#host";
import type { AdapterChoice } from "#platform";

/** What is written to environment.json. */
export interface Environment {
  adapter: string;
  software: boolean;
  source: string;
  driver: string;
  host: string;
  version: string;
  system: string;
}

/** The adapter without its handle, in plain words. */
export type AdapterFacts = Omit<AdapterChoice, "adapter">;

/** The present environment with this adapter. */
export const environmentOf = ({ name, software, source, driver, host }: AdapterFacts): Environment => ({
  adapter: name,
  software,
  source,
  driver,
  host,
  version: packageVersion(),
  system: system(),
});

/** `llvmpipe: Mesa 25 (installed software)`: what to tell a person first. */
export const adapterLine = ({ adapter, software, source }: Environment): string =>
  `${adapter} (${software && !source.includes("software") ? `software, ${source}` : source})`;

/** `driver: a, before b`, one for each member that differs. */
export const environmentChanges = (before: Environment, now: Environment): string[] =>
  (Object.keys(now) as (keyof Environment)[])
    .filter((name) => before[name] !== now[name])
    .map((name) => `${name}: ${now[name]}, before ${before[name]}`);
