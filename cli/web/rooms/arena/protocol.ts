/** What the arena and its worker say to each other. */

import type { planarTargets } from "../../../../ebm/index.ts";
import type { Common } from "../../protocol.ts";
import type { Scores } from "./tally.ts";

/** Who races on what. */
export interface Race {
  target: keyof typeof planarTargets;
  racers: readonly string[];
  /** η of Langevin dynamics; the others' are as bold */
  stepSize: number;
  /** of plain Langevin, as a factor of √2η */
  noise: number;
  chains: number;
  seed: number;
}

/** From the page to the worker. */
export type Wish =
  /** Line up for this race; if `kept`, go on where this browser has kept it. */
  | { kind: "open"; race: Race; kept: boolean; generation: number }
  | { kind: "pace"; running: boolean }
  /** One step of every sampler, while nothing runs. */
  | { kind: "step" }
  /** The last frame has been drawn: the next may come. */
  | { kind: "drawn" };

/** One sampler's last stretch of steps. */
export interface Lap {
  /** steps since the start */
  steps: number;
  /** where the chains were before: `[chains, 2]` flat */
  before: Float32Array;
  /** where they were after each step, and where the step's proposal lay: `[steps, chains, 2]` flat */
  positions: Float32Array;
  proposed: Float32Array;
  /** 1 where it was taken, `[steps, chains]`; null of samplers that do not choose */
  accepted: Float32Array | null;
  /** densities of the two coordinates, in bars over the target's ranges */
  histograms: Float32Array[];
  /** null where nothing is new */
  scores: (Scores & { ksd: number }) | null;
}

/** From the worker to the page. */
export type News =
  | Common
  | { kind: "lap"; generation: number; racer: string; lap: Lap }
  /** The race goes on where this browser has kept it, after so many steps of the first sampler. */
  | { kind: "goes on"; generation: number; steps: number }
  /** Every sampler has had its turn. */
  | { kind: "round"; generation: number };
