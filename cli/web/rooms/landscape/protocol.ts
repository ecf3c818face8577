/** What the room and its worker say to each other. */

import type { MetricsRow, Settings } from "../../../../ebm/index.ts";
import type { Common } from "../../protocol.ts";

/** What is to be trained. */
export interface Model {
  system: string;
  settings: Settings;
  /** points of one's own, where these are learned from */
  points: Float32Array | null;
}

/** From the page to the worker. */
export type Wish =
  /** Train this; unless `fresh`, go on with whatever parameters fit; if `kept`, with what this browser has kept of the same model. */
  | { kind: "open"; model: Model; fresh: boolean; kept: boolean; generation: number }
  | { kind: "pace"; pace: Pace }
  /** One update, while nothing runs. */
  | { kind: "step" }
  /** The last frame has been drawn: the next may come. */
  | { kind: "drawn" };

export interface Pace {
  running: boolean;
  /** Whether running means updates, or only chains that walk. */
  learning: boolean;
  /** Whether chains walk on after the steps of an update, or start anew. */
  long: boolean;
}

/** From the worker to the page. */
export type News = Common | Opened | Ready | Frame;

/** A training stands at `step`; `generation` is that of the wish to open it. */
export interface Opened {
  kind: "opened";
  generation: number;
  step: number;
  /** The numbers of the past, where it goes on from what this browser has kept. */
  past: readonly MetricsRow[] | null;
}

/** Its shaders are compiled: updates begin. */
export interface Ready {
  kind: "ready";
  generation: number;
}

/** What is new since the last frame. */
export interface Frame {
  kind: "frame";
  generation: number;
  step: number;
  /** updates a second, null until it is known */
  rate: number | null;
  rows: MetricsRow[];
  /** `[n, 2]` flat, after `steps` steps from their start */
  chains: { positions: Float32Array; steps: number };
  /** of samplers that choose, where the last step of each chain would have led: elsewhere, where it was rejected */
  proposed: Float32Array | null;
  /** log-densities on the grid of the landscape; null where nothing is new */
  model: Float32Array | null;
  shortrun: Float32Array | null;
  /** of the step: kl_true_model, kl_true_shortrun, acceptance_shown, ess */
  measures: Readonly<Record<string, number>>;
}
