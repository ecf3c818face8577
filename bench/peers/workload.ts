/** What a workload is: the same computation in several libraries, on the same numbers. */

import type * as jax from "@jax-js/jax";
import type * as tf from "@tensorflow/tfjs-core";
import type { HostArray, NamedArrays, Tensor } from "../../engine/index.ts";

/** Arrays, and nets' parameters by name, in PyTorch's layouts: images NCHW, filters OIHW, linear weights [out, in]. */
export type Inputs = Readonly<Record<string, HostArray | NamedArrays>>;

/** The same tree with arrays of a library in it. */
export type Uploaded<I, T> = { [Name in keyof I]: I[Name] extends HostArray ? T : Record<string, T> };

/** What is computed, by name, and compared under that name. */
export type Outputs<T> = Record<string, T>;

/** The ways of writing it. One may miss where it has nothing of its own to say. */
export interface Implementations<I> {
  ours: (inputs: Uploaded<I, Tensor>) => Outputs<Tensor>;
  "ours, eager"?: (inputs: Uploaded<I, Tensor>) => Outputs<Tensor>;
  /** Owns its inputs, as every function of jax-js does. */
  "jax-js"?: (inputs: Uploaded<I, jax.numpy.Array>) => Outputs<jax.numpy.Array>;
  "jax-js, eager"?: (inputs: Uploaded<I, jax.numpy.Array>) => Outputs<jax.numpy.Array>;
  /** Images NHWC and filters HWIO, as tfjs has them; runs in a `tidy`. */
  tfjs?: (inputs: Uploaded<I, tf.Tensor>) => Outputs<tf.Tensor>;
  /**
   * Python source that defines `work(inputs)`, and `prepare(inputs)` where something is kept from one run to the next. pytorch.py says
   * what it is given: `@compiled` for what `torch.compile` may see, `slope` for gradients there.
   */
  torch?: string;
}

export type Writing = keyof Implementations<Inputs>;

/** What is measured: libraries, each in its ways. */
export type Library = Writing | "torch, TF32" | "torch, compiled" | "torch, compiled, TF32";

export interface Workload {
  /** Unique, a path: `langevin/toy/step`. */
  name: string;
  /** What the time is told of. */
  unit: "op" | "step" | "update";
  /** Units that one run does. */
  units: number;
  /** Numbers for all libraries; `noise`, where there is one, is 0 while results are compared. */
  inputs(): Promise<Inputs>;
  implementations: Implementations<Inputs>;
  /** Whether it takes a GPU to do the work in a time that one can wait. */
  onlyGpu?: boolean;
  /** Whether results of this name are compared; all are where nothing is said. */
  compares?: (name: string) => boolean;
  /** A run takes about as long as `times` runs of another workload, which tells in advance who would not end in time. */
  like?: { name: string; times: number };
}

/** A workload whose implementations are checked against the types of its inputs. */
export const workload = <I extends Inputs>(
  about: Omit<Workload, "inputs" | "implementations"> & { inputs(): Promise<I> },
  implementations: Implementations<I>,
): Workload => ({ ...about, implementations: implementations as Implementations<Inputs> });

/** An implementation with its inputs uploaded. */
export interface Work {
  /** Does the work once and waits until it is done; the milliseconds that took. */
  run(): Promise<number>;
  /** What comes out without noise, in PyTorch's layouts. */
  results(): Promise<NamedArrays>;
  dispose(): Promise<void> | void;
}

/** A library that is ready to work. */
export interface Peer {
  /** Which writing of a workload it takes. */
  runs: Writing;
  /** Name and version. */
  version: string;
  open(implementation: never, inputs: Inputs): Promise<Work> | Work;
  close(): Promise<void> | void;
}

/** The same inputs with `noise` at 0. */
export const quiet = (inputs: Inputs): Inputs => ("noise" in inputs ? { ...inputs, noise: scalar(0) } : inputs);

/** A number as an array. */
export const scalar = (value: number): HostArray => ({ dtype: "f32", shape: [], data: Float32Array.of(value) });

/** A tree of inputs, every array changed; `path` holds its name, with that of the tree it is in before. */
export const mapInputs = <T>(inputs: Inputs, change: (array: HostArray, ...path: string[]) => T) =>
  Object.fromEntries(
    Object.entries(inputs).map(([name, entry]) => [
      name,
      isArray(entry)
        ? change(entry, name)
        : Object.fromEntries(Object.entries(entry).map(([inner, array]) => [inner, change(array, name, inner)])),
    ]),
  ) as Uploaded<Inputs, T>;

const isArray = (entry: HostArray | NamedArrays): entry is HostArray => ArrayBuffer.isView(entry.data);

/** How long a promise takes, in milliseconds. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
