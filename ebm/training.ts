/** What a system offers to whoever trains it: the command line, the app, or a test. */

import type { Cost, Listing, NonFinite, PlannedMemory, Profile, StoredAs } from "../engine/index.ts";
import type { NamedArrays } from "../engine/hostArray.ts";
import type { LayerSummary } from "../nn/index.ts";
import type { Evaluated } from "./evaluation/evaluated.ts";
import type { Fields, Settings } from "./settings.ts";

/** A named table of settings for a system. */
export interface Recipe {
  name: string;
  /** one sentence */
  summary: string;
  /** the publication or page that the numbers come from */
  source: string;
  system: string;
  settings: Settings;
}

/** A way of training: which settings it has, and how to begin. */
export interface System {
  fields: Fields;
  /** What is learned under some settings, in words. */
  objective(settings: Settings): Objective;
  open(settings: Settings, context: Context, options?: OpenOptions): Promise<Training>;
}

/** What a system learns, in formulas and words. */
export interface Objective {
  /** What is minimised: `L = mean E(x⁺) − mean E(x⁻)`. */
  loss: string;
  /** What its symbols are, each with its meaning under the settings. */
  where: readonly (readonly [symbol: string, meaning: string])[];
  /** How an energy follows from what the net returns, and which density belongs to it. */
  sign: string;
  /** At which the chains sample, with its formula: `T = noise² / (2 · stepSize)`; null where they have none. */
  temperature: { formula: string; value: number } | null;
}

export interface OpenOptions {
  /** Whether the shaders of an update are compiled when `open` returns; without, explore while `prepare` compiles them. */
  prepared?: boolean;
}

/** What a system asks its host for. */
export interface Context {
  /**
   * The images of a data set; throws an error that says what is missing where. `size` is what those that have no size in
   * common are brought to, in rows and columns; all others come as they are.
   */
  data(name: string, part: "train" | "test", size: number): Promise<ImageData>;
  /** The points of the plane that a person has brought, `[n, 2]` flat; absent where nobody can. */
  points?(): Promise<Float32Array>;
}

/** Images of bytes `[count, channels, height, width]`, with their classes if there are any. */
export interface ImageData {
  name: string;
  images: Uint8Array;
  count: number;
  channels: number;
  height: number;
  width: number;
  labels: Uint8Array | null;
}

/** One training in progress. */
export interface Training {
  /** updates done */
  readonly step: number;
  /** Compiles the shaders of an update, beside whatever else goes on; else the first update compiles them, and all waits. */
  prepare(): Promise<void>;
  /** One update of the parameters; returns when its work is queued, without waiting for it. */
  update(): Promise<void>;
  /** The numbers that have arrived since the last call, one row for each update; `final` waits for all of them. */
  metrics(options?: { final: boolean }): Promise<MetricsRow[]>;
  /** Everything that a resume to the byte needs. */
  checkpoint(): Promise<NamedArrays>;
  /** Continues from a checkpoint; throws an error naming the array that is missing, extra or of the wrong shape. */
  restore(arrays: NamedArrays): void;
  /** Goes back to before the first update. */
  restart(): void;
  /** How many recoveries from divergence the present state has behind it. */
  readonly recoveries: number;
  /** From here on as after that many recoveries: other random numbers, a smaller learning rate, longer chains. */
  recover(recoveries: number): void;
  /** Pictures and measures of the present model; the training that follows is the same with or without it. */
  observe(): Promise<Observation>;
  /** Samples of the present model, by its own sampler. */
  sample(options: SampleOptions): Promise<Observation>;
  /**
   * What the chains of these samples go through, a row for each of their steps: means over the chains of `energy`, E where the step
   * led, and of what their sampler reports, such as `slope_norm` and `acceptance`.
   */
  record(options: SampleOptions): Promise<MetricsRow[]>;
  /** What the training is made of and what an update costs; nothing is trained and no shader compiled to say it. */
  explain(): Promise<Blueprint>;
  /** Runs the next update op by op, as a trial, and says where the first number that is not finite arises; null if none does. Slow. */
  inspect(): Promise<NonFinite | null>;
  /** Ways to follow the present model from update to update, for a live picture. */
  explore(): Explorer;
  /** The present model for evaluations, good until the next update. */
  evaluated(): Evaluated;
  dispose(): void;
}

/** Which samples are asked for. */
export interface SampleOptions {
  count: number;
  /** steps of the chains; null for those of the training */
  steps: number | null;
  seed: number;
  /** where chains start, in the words of the system's settings; without, where those of the training do */
  start?: string;
}

/** What a training is made of. */
export interface Blueprint {
  /** Its nets: E, and whatever else learns. */
  nets: readonly { name: string; item: readonly number[]; layers: readonly LayerSummary[] }[];
  /** What it learns from and where that lies, in words; null where there are no data. */
  data: string | null;
  /** Bytes of each part of what changes: parameters, optimizer, memory. */
  state: Readonly<Record<string, number>>;
  /** One update, as it runs on the open device. */
  update: {
    cost: Cost;
    /** How it keeps activations, and the memory that takes. */
    storage: StoredAs;
    memory: PlannedMemory;
    /** The memory it would take if it kept them the other way. */
    otherwise: { storage: StoredAs; memory: PlannedMemory };
    /** Its loops, such as the walk of the chains, with the cost of one iteration. */
    loops: readonly { label: string; count: number; each: Cost }[];
    /** Every dispatch; with `wgsl`, every shader too. */
    explain(options?: { wgsl?: boolean }): string;
    /** The same as data. */
    listing(): Listing;
    /** Times each dispatch on copies of the state, which stays as it is. */
    profile(): Promise<Profile>;
  };
}

/** Looks at the present model, whatever it is at the time; the training goes on without noticing. */
export interface Explorer {
  /** E / T of points or images, `[n, …]` flat → `[n]`: minus their log-density, up to a constant. */
  energies(items: Float32Array): Promise<Float32Array>;
  /** `count` chains that start as those of the training do; they walk `stride` steps at a time. */
  chains(options: { count: number; stride: number; seed: number }): WalkingChains;
  /**
   * Where chains without noise lead from between the starts of others: for each of `pairs` pairs (z₁, z₂) a row of `points` ends from
   * √(1 − ρ²) z₁ + ρ z₂, ρ from 0 to 1 (Nijkamp et al. 2019). `steps` as in `sample`. Throws where the sampler has noise.
   */
  interpolate(options: { pairs: number; points: number; steps: number | null; seed: number }): Promise<Grid>;
  /**
   * Reconstructs `count` items that were not trained on as ends of chains without noise: Adam, of this learning rate, seeks the starts z
   * with the least ‖x − M(z)‖² (Nijkamp et al. 2019). `tell` hears the mean squared error per number before each iteration. Throws
   * where the sampler has noise, or remembers more than positions.
   */
  reconstruct(options: ReconstructOptions, tell: (iteration: number, error: number) => void): Promise<Reconstruction>;
  dispose(): void;
}

export interface ReconstructOptions {
  count: number;
  /** steps of the chains; null for those of the training */
  steps: number | null;
  iterations: number;
  rate: number;
  seed: number;
}

/** Items beside the ends of chains that come nearest to them. */
export interface Reconstruction {
  /** each item and then what it became */
  grid: Grid;
  /** mean squared difference per number */
  error: number;
}

/** Chains that walk by the training's own sampler under the present model. */
export interface WalkingChains {
  /** steps since they last started */
  readonly steps: number;
  /** Takes new starts, with random numbers not used before. */
  restart(): void;
  /** One stride; returns when its work is queued. */
  walk(): void;
  /** Where they are, `[count, …]` flat. */
  positions(): Promise<Float32Array>;
  /**
   * How the last stride went, of samplers that choose: where the last step of each chain would have led, `[count, …]` flat, which is
   * where it is unless that was rejected; and the mean acceptance. null of other samplers, and at a start.
   */
  moves(): Promise<{ proposed: Float32Array; acceptance: number } | null>;
  dispose(): void;
}

/** The numbers of one update: loss, d_s, energies, learning rate; r_s of samplers with slopes, acceptance of those that choose. */
export type MetricsRow = { step: number } & Record<string, number>;

/** The model at one step: measures by name, sample grids, and densities over the plane. */
export interface Observation {
  step: number;
  measures: Record<string, number>;
  grids: Grid[];
  landscapes: Landscape[];
}

/** Samples `[count, channels, height, width]`: images in [-1, 1], or points of the plane as 2 channels of one pixel. */
export interface Grid {
  name: string;
  images: Float32Array;
  count: number;
  channels: number;
  height: number;
  width: number;
  /** in a row of a picture; ⌊√count⌋ where it makes no difference */
  columns?: number;
}

/** A density at `resolution`² points of the square from -extent to +extent: rows upward in y, within a row along x. */
export interface Landscape {
  name: string;
  extent: number;
  resolution: number;
  density: Float64Array;
  logDensity: Float64Array;
}
