/** A trained model as evaluations see it: graph functions of what it has learned, and the data it can be tried on. */

import type { Shape, Tensor, Tree } from "../../engine/index.ts";
import type { Labelled } from "../data/labelled.ts";
import type { Sampler } from "../samplers/index.ts";
import type { Start } from "../starts/index.ts";

export interface Evaluated {
  /** Shape of one input: [c, h, w] or [2]. */
  readonly item: Shape;
  /**
   * What it has learned, the training's own tensors: good until its next update. An argument of every compiled program, so that
   * none bakes it in.
   */
  readonly learned: Tree;
  /** E(x) `[n, …] → [n]`, low where data are; not divided by the temperature. Nets are in evaluation. */
  readonly energy: (learned: Tree, x: Tensor) => Tensor;
  /** The model's density is exp(−E / temperature). */
  readonly temperature: number;
  /** p(y | x) as logits `[n, …] → [n, classes]`; null where classes are not learned. */
  readonly classifier: Classifier | null;
  /** The sampler of training, and how many steps it takes in an update. */
  readonly sampler: Sampler;
  readonly steps: number;
  /** Where the chains of training start. */
  readonly start: Start;
  /** What the start remembers, such as the replay buffer; null for nothing. A part of `learned`. */
  readonly memory: Tree | null;
  /** Deviation of the normal noise that the data of training had, and that evaluations add too (JEM's σ). */
  readonly noise: number;
  /** Items in order, with their classes: those that were trained on, or others. */
  open(part: "train" | "test"): Promise<Labelled>;
}

export interface Classifier {
  readonly classes: number;
  readonly logits: (learned: Tree, x: Tensor) => Tensor;
  /** What the layer of the logits reads, the penultimate features: `[n, …] → [n, d]`. */
  readonly features: (learned: Tree, x: Tensor) => Tensor;
}
