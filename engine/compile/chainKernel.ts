/** The kernel of a walk: shaders/chain.wgsl with the stages of a loop's body, for as many chains in a workgroup as suits. */

import { kernels } from "../../shaders/index.ts";
import type { KernelSource } from "../device/pipelines.ts";
import type { Target } from "../device/target.ts";
import { foldedGrid } from "../grid.ts";
import type { DType } from "../hostArray.ts";
import type { Body } from "../ops/loop.ts";
import type { Tensor } from "../tensor.ts";
import { assemble } from "./assemble.ts";
import { courseOf } from "./chainCourse.ts";
import { Places } from "./chainPlaces.ts";
import { Stages } from "./chainStages.ts";
import { stored, type ArgumentWords } from "./emit.ts";
import type { Cluster } from "./fuse.ts";
import type { Part } from "./locality.ts";
import { Sizes } from "./sizes.ts";

/** A loop as it is walked by one kernel. */
export interface Walk {
  body: Body;
  chains: number;
  part: (node: Tensor) => Part;
  /** What an iteration computes, in this order. */
  clusters: readonly Cluster[];
  /** Carries that all chains share, and the given tensors with which they start. */
  starts: ReadonlyMap<Tensor, Tensor>;
  /** Tensors of the body of which every iteration's value is kept: `[count, …]` each, those of a type one after the other in one buffer. */
  kept: readonly (readonly Tensor[])[];
  /** Tensors from outside: in which of the buffers that are given, and from which element on. */
  given: ReadonlyMap<Tensor, { buffer: number; offset: number }>;
  /** Matrices whose columns products go through as if they were rows, and the given tensors that have them as rows. */
  turned: ReadonlyMap<Tensor, Tensor>;
  /** The types of the buffers that are given. */
  buffers: readonly DType[];
}

/** A chain kernel. It binds carries, what is kept, and what is given. */
export interface ChainKernel {
  source: KernelSource;
  groups: readonly [number, number, number];
  /** How many dispatches the walk is cut into. */
  pieces: number;
  /** Operations of the whole walk. */
  flops: number;
  /** About what a thread does in an iteration, in multiply-adds. */
  steps: number;
  /** What an iteration computes in turn, and with how many operations. */
  stages: readonly { name: string; flops: number }[];
}

/** Workgroups that keep a GPU busy: only beyond those does one of them take more chains. */
const BUSY = 64;
/** Chains that a workgroup takes at most, a power of two. */
const MOST_CHAINS = 16;
/** Threads of a workgroup at most: what WebGPU allows everywhere. */
const MOST_THREADS = 256;
/** What a stage costs beside its work, in steps of one thread. */
const PER_STAGE = 64;
/** Steps of one thread in a dispatch, at most, where a GPU runs no more than so many workgroups at once: at 25 ns each, a fifth of a second. */
const MOST_STEPS = 2 ** 23;
const AT_ONCE = 8;

/** The kernel of a walk; or, in words, why there is none. */
export function chainKernel(walk: Walk, words: ArgumentWords, target: Target): ChainKernel | string {
  const places = new Places(walk, words);
  const stages = new Stages(places, target.mostReads);
  if (places.problem !== null) return places.problem;
  const bytes = (chains: number) => places.memory.bytes(chains);
  if (bytes(1) > target.workgroupBytes)
    return `a chain takes ${bytes(1)} bytes of workgroup memory, this adapter has ${target.workgroupBytes}`;
  const { count } = walk.body;
  let rows = 1;
  const roomy = (chains: number) => chains <= MOST_CHAINS && bytes(chains) <= target.workgroupBytes;
  while (roomy(2 * rows) && Math.ceil(walk.chains / (2 * rows)) >= BUSY) rows *= 2;
  const groups = Math.ceil(walk.chains / rows);
  const widest = Math.max(...stages.list.map(({ items }) => items(rows)));
  const threads = Math.min(MOST_THREADS, 64 * Math.ceil(widest / 64));
  const steps = stages.list.reduce(
    (total, { items, length, times }) => total + times * (PER_STAGE + Math.ceil(items(rows) / threads) * length),
    0,
  );
  const together = Math.max(1, Math.floor(MOST_STEPS / (steps * Math.ceil(groups / AT_ONCE))));
  const pieces = Math.ceil(count / together);
  if (pieces > 1 && walk.starts.size > 0)
    return "it is too long for one dispatch, and what all chains share is not handed on to the next";
  return {
    source: sourceOf(stages, rows, threads, Math.ceil(count / pieces)),
    groups: foldedGrid(groups),
    pieces,
    steps,
    flops: count * stages.list.reduce((total, { flops, times }) => total + times * flops, 0),
    stages: stages.list.flatMap(({ name, flops }) => (name === null ? [] : [{ name, flops }])),
  };
}

function sourceOf(stages: Stages, rows: number, threads: number, piece: number): KernelSource {
  const { walk, memory } = stages.places;
  const carries = walk.body.carried.filter((placeholder) => !walk.starts.has(placeholder));
  const bound = [
    ...carries.map(({ dtype }, at) => ({ name: `carry${at}`, access: "read_write" as const, dtype })),
    ...walk.kept.map(([{ dtype }], at) => ({ name: `kept${at}`, access: "read_write" as const, dtype })),
    ...walk.buffers.map((dtype, at) => ({ name: `given${at}`, access: "read" as const, dtype })),
  ];
  const slots = {
    memory: [
      ...bound.map(
        ({ name, access, dtype }, at) =>
          `@group(0) @binding(${at}) var<storage, ${access}> ${name}: array<${stored[dtype]}>;`,
      ),
      "",
      ...memory.declarations(rows),
      ...stages.turns.map(({ name }) => `var<private> ${name}: u32;`),
    ].join("\n"),
    wiring: stages.list.map(({ wiring }, at) => numbered(wiring, at)).join("\n"),
    ...{ product: "", single: "", terms: "", sum: "" },
    each: stages.list
      .flatMap(({ pattern }, at) => pattern(rows).map((slot) => numbered(slotOf(slot), at)))
      .join("\n\n"),
    course: [
      courseOf("begin", stages.begin.course),
      courseOf("advance", stages.advance.course),
      courseOf("finish", stages.finish.course),
    ].join("\n"),
  };
  const text = assemble("chain", slots, { ROWS: rows, THREADS: threads });
  return {
    file: "chain",
    ...new Sizes().given(text, {
      ...{ CHAINS: walk.chains, STEPS: walk.body.count, PIECE: piece },
      ...Object.fromEntries(stages.turns.map(({ count, times }) => [times, count])),
    }),
    entry: "main",
    overrides: {},
    bindings: bound.map(({ access }, binding) => ({ binding, access })),
  };
}

/** What stands in a slot of shaders/chain.wgsl. */
const slotOf = (name: string): string =>
  new RegExp(`^// slot ${name}\\n([\\s\\S]*?)^// end$`, "m").exec(kernels.chain)![1].trim();

/** What the functions there call by a number, which is that of the stage. */
const NUMBERED = /\b(stage|items|from|left|right|term|total|combine|keep|COLUMNS|TERMS|IDENTITY|Element)\d\b/g;

const numbered = (text: string, at: number): string => text.replace(NUMBERED, `$1${at}`);
