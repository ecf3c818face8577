/** What the digits room and its worker say to each other. */

import type { MetricsRow, Settings } from "../../../../ebm/index.ts";
import type { Common } from "../../protocol.ts";
import type { Files } from "../../dropped.ts";
import type { ModelName } from "./choices.ts";

/** Pixels along a side of a digit. */
export const SIDE = 28;
export const PIXELS = SIDE * SIDE;

/** Where chains lead from a digit. */
export interface Way {
  /** where it starts: `[784]` in [−1, 1] */
  from: Float32Array;
  /** 1 where pixels stay as they are, `[784]` */
  kept: Float32Array;
  /** towards p(x | y) of a class, or null for p(x) */
  goal: number | null;
  steps: number;
  seed: number;
}

/** From the page to the worker. */
export type Wish =
  /**
   * Open this model, one of one's own with these settings; go on from what this browser has kept of it unless it is wanted `fresh`.
   */
  | { kind: "open"; model: ModelName; settings: Settings; fresh: boolean; generation: number }
  /** Files that were dropped: those of MNIST, or the bundle of a run. */
  | { kind: "bring"; files: Files }
  | { kind: "pace"; running: boolean }
  | { kind: "step" }
  | { kind: "look"; digit: Float32Array }
  | { kind: "walk"; way: Way }
  /** The last frame has been drawn: the next may come. */
  | { kind: "drawn" };

/** A digit as the model sees it. */
export interface Seen {
  /** p(y | x), `[10]` */
  probabilities: Float32Array;
  energy: number;
  /** the share of held-out digits with a lower energy */
  quantile: number;
}

/** From the worker to the page. */
export type News =
  | Common
  /**
   * A model stands at `step`; `about` it in sentences. `examples` are digits that it has not learned from, `[n, 784]` flat, with their
   * classes; `past` are its numbers so far, where it goes on from what this browser has kept; `dreams` are chains, where it has any.
   */
  | {
      kind: "opened";
      generation: number;
      model: ModelName;
      step: number;
      about: string;
      examples: Float32Array;
      classes: Uint8Array;
      past: readonly MetricsRow[] | null;
      dreams: Float32Array | null;
    }
  /** A run was dropped: it is the model from now on. */
  | { kind: "brought"; generation: number }
  | {
      kind: "frame";
      step: number;
      rate: number | null;
      rows: MetricsRow[];
      /** of the replay buffer: `[n, 784]` flat */
      dreams: Float32Array | null;
    }
  /** The digit that was asked about, and beside it those held out: the share that is classified right, and their energies. */
  | { kind: "seen"; step: number; seen: Seen; accuracy: number; energies: Float32Array }
  /** A chain after so many steps. */
  | { kind: "stage"; digit: Float32Array; steps: number; of: number; seen: Seen };
