/** What the run room and its worker say to each other. */

import type { NumbersRow } from "../../../run/records.ts";
import type { Files } from "../../dropped.ts";
import type { Common } from "../../protocol.ts";
import type { Obstacle } from "./offered.ts";

/** From the page to the worker. */
export type Wish =
  /** Take in what a person has dropped: the data of the run that is open, the archive of a run, or the files of its folder. */
  | { kind: "bring"; files: Files }
  /** Make a run of a recipe and what differs from it, `sampler.steps=30`. */
  | { kind: "create"; recipe: string; set: readonly string[]; command: string }
  /** Show a run of this browser. */
  | { kind: "open"; name: string }
  /** Continue the run that is open up to so many updates. */
  | { kind: "continue"; updates: number }
  | { kind: "pause" }
  /** Pack the run that is open, for download. */
  | { kind: "pack" }
  | { kind: "remove"; name: string };

/** From the worker to the page. */
export type News = Common | Runs | Opened | Progress | Halted | Packed;

/** The runs that this browser keeps, by name. */
export interface Runs {
  kind: "runs";
  names: readonly string[];
}

/** A run as it stands. */
export interface Opened {
  kind: "opened";
  name: string;
  recipe: string;
  /** of its newest checkpoint, 0 if there is none */
  step: number;
  updates: number;
  /** the rows of metrics.jsonl */
  rows: readonly NumbersRow[];
  /** report.html */
  report: string;
  /** null, or what keeps it from going on here */
  obstacle: Obstacle | null;
}

/** How a run that goes on gets on. */
export interface Progress {
  kind: "progress";
  step: number;
  /** updates a second, null until it is known */
  rate: number | null;
  rows: readonly NumbersRow[];
}

/** A run no longer goes on: it has been stopped, or done all its updates; what it was is shown next. */
export interface Halted {
  kind: "halted";
}

export interface Packed {
  kind: "packed";
  name: string;
  archive: Uint8Array<ArrayBuffer>;
}
