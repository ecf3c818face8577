/** The walk of a loop's chains by one kernel, as a node of the graph: what it binds, and what its results are. */

import { showBytes } from "../amounts.ts";
import type { Target } from "../device/target.ts";
import { chainsOn } from "../form.ts";
import { inOrder } from "../graph.ts";
import { loopOp, pickOp, type Body } from "../ops/loop.ts";
import { concat, reshape, slice, transpose } from "../ops/movement.ts";
import { inputOp, placeholder } from "../ops/sources.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { chainKernel, type ChainKernel } from "./chainKernel.ts";
import type { ArgumentWords } from "./emit.ts";
import { baseOf, needsOf, producerOf, storedBy, type Cluster } from "./fuse.ts";
import { unchanging, weightsOf, type Locality } from "./locality.ts";
import { readsOf } from "./order.ts";

/** What a loop has, besides its body, that is walked by one kernel: an attribute of its node. */
export interface Chain {
  kernel: ChainKernel;
  /** Placeholders like the buffers of what is kept of all iterations, which are the picks behind those of the carries. */
  kept: readonly Tensor[];
}

/** Operations of a stage, on average, beyond which a dispatch of its own is worth starting, and multiply-adds of one thread in it. */
const SMALL = 2 ** 24;
const SHORT = 2 ** 11;

/** Bytes of what is kept of all iterations, and of what is gathered before them, at most. */
export const MOST_BYTES = 2 ** 26;

/**
 * The walk of a loop's chains by one kernel: where its carries end, and what was kept of all iterations, `[count, …]`. Every workgroup goes
 * along with the carries that all chains share, as far as a step reads them, and leaves their ends to the rest.
 */
export function walkOf(
  loop: Tensor,
  { own, shared }: { own: readonly number[]; shared: readonly number[] },
  kept: readonly Tensor[],
  { chains, part, list, stored }: Cutting,
  words: ArgumentWords,
  target: Target,
): { carries: readonly Tensor[]; kept: ReadonlyMap<Tensor, Tensor> } | string {
  const { body } = loop.attributes as { body: Body };
  const boundary = new Set([...body.carried, ...body.captured]);
  const along = readAlong(body, { own, shared }, kept, list, stored);
  const pick = <T>(list: readonly T[], places: readonly number[]): T[] => places.map((place) => list[place]);
  const [carried, results] = [body.carried, body.results].map((all) => pick(all, [...own, ...along]));
  const weights = weightsOf([...results, ...kept], boundary);
  const changing = weights.find(({ tensor }) => !unchanging(tensor, body));
  if (changing !== undefined) return `the weights ${changing.tensor.describe()} change from step to step`;
  const captured = [...new Set([...body.captured, ...weights.map(({ tensor }) => tensor)])];
  // Neighbouring threads read neighbours, so weights that a product goes through by columns are turned once, before the walk.
  const turned = new Map<Tensor, Tensor>();
  for (const weight of weights)
    if (weight.byColumns && !turned.has(weight.matrix)) turned.set(weight.matrix, transpose(weight.matrix));
  const starts = new Map(along.map((place) => [body.carried[place], loop.inputs[place]]));
  const ends = new Set([...carried, ...captured]);
  const reached = inOrder([...results, ...kept], (node) => !ends.has(node)).filter((node) => captured.includes(node));
  const needed = [
    ...new Set([...reached, ...weights.map(({ tensor }) => tensor), ...turned.values(), ...starts.values()]),
  ];
  const groups = [...new Set(kept.map(({ dtype }) => dtype))].map((type) => kept.filter(({ dtype }) => dtype === type));
  const most = target.mostReads + 1 - own.length - groups.length;
  // Turned and gathered by one dispatch, rather than turned by many.
  const bound = given(needed, turned.size > 1 ? Math.min(most, needed.length - 1) : most);
  if (typeof bound === "string") return bound;

  const { tensors, places } = bound;
  const buffers = tensors.map(({ dtype }) => dtype);
  const outputs = [...results, ...kept].map(baseOf);
  const clusters = neededBy(outputs, list, stored, new Set(captured));
  const walked = { ...body, carried, results, captured };
  const walk = { body: walked, chains, part, clusters, starts, kept: groups, given: places, turned, buffers };
  const kernel = chainKernel(walk, words, target);
  if (typeof kernel === "string") return kernel;
  const { length } = kernel.stages;
  const large = kernel.flops > SMALL * body.count * length || kernel.steps > SHORT * length;
  if (large && chainsOn(target) === "small") return "its stages are large enough for a dispatch each";
  const ownBody = { ...walked, carried: pick(body.carried, own), results: pick(body.results, own) };
  const node = nodeOf([...pick(loop.inputs, own), ...tensors], ownBody, kernel, groups);
  return { carries: picksOf(node), kept: valuesOf(node, groups) };
}

/** The node of a walk: as a loop's, with what is given in place of what is captured. */
function nodeOf(
  inputs: readonly Tensor[],
  body: Body,
  kernel: ChainKernel,
  groups: readonly (readonly Tensor[])[],
): Tensor {
  const kept = groups.map((tensors) => {
    const shape = [body.count * tensors.reduce((total, { size }) => total + size, 0)];
    return placeholder(inputOp, { shape, dtype: tensors[0].dtype, label: "kept" });
  });
  const chain: Chain = { kernel, kept };
  return new Tensor(loopOp, inputs, { body, chain }, [], "f32", "symbolic");
}

/** What a walk has kept of each tensor, `[count, …]`. */
function valuesOf(node: Tensor, groups: readonly (readonly Tensor[])[]): Map<Tensor, Tensor> {
  const { body, chain } = node.attributes as { body: Body; chain: Chain };
  const values = new Map<Tensor, Tensor>();
  chain.kept.forEach(({ shape, dtype }, at) => {
    const history = new Tensor(pickOp, [node], { index: body.carried.length + at }, shape, dtype, "symbolic");
    let start = 0;
    for (const tensor of groups[at]) {
      const all = slice(history, [[start, (start += body.count * tensor.size)]]);
      values.set(tensor, reshape(all, [body.count, ...tensor.shape]));
    }
  });
  return values;
}

/** Those carries that all chains share which a step of theirs reads, or what is read of those. */
function readAlong(
  { carried, captured, results }: Body,
  { own, shared }: { own: readonly number[]; shared: readonly number[] },
  kept: readonly Tensor[],
  list: readonly Cluster[],
  stored: ReadonlySet<Tensor>,
): number[] {
  const along: number[] = [];
  for (;;) {
    const outputs = [...[...own, ...along].map((place) => results[place]), ...kept].map(baseOf);
    const clusters = neededBy(outputs, list, stored, new Set(captured));
    const read = new Set([...outputs, ...clusters.flatMap((cluster) => [...readsOf(cluster)])]);
    const more = shared.filter((place) => !along.includes(place) && read.has(carried[place]));
    if (more.length === 0) return along;
    along.push(...more);
  }
}

/** A body whose chains do not meet, cut into clusters. */
export interface Cutting {
  chains: number;
  part: Locality["part"];
  list: readonly Cluster[];
  stored: ReadonlySet<Tensor>;
}

/** Those clusters of a list that it takes to have some tensors, if others are given. */
function neededBy(
  tensors: readonly Tensor[],
  list: readonly Cluster[],
  stored: ReadonlySet<Tensor>,
  given: ReadonlySet<Tensor>,
): Cluster[] {
  const needed = new Set(tensors.map(producerOf));
  const chosen = [...list].reverse().filter((cluster) => {
    const wanted = storedBy(cluster).some((tensor) => needed.has(tensor) && !given.has(tensor));
    if (wanted) for (const tensor of needsOf(cluster, stored)) needed.add(producerOf(tensor));
    return wanted;
  });
  return chosen.reverse();
}

/** The results of a loop. */
export const picksOf = (loop: Tensor): Tensor[] =>
  (loop.attributes as { body: Body }).body.carried.map(
    ({ shape, dtype }, index) => new Tensor(pickOp as Op, [loop], { index }, shape, dtype, "symbolic"),
  );

interface Given {
  /** What is bound. */
  tensors: readonly Tensor[];
  /** In which of them each tensor lies, and from which element on. */
  places: Map<Tensor, { buffer: number; offset: number }>;
}

/** Tensors from outside in at most so many buffers: a buffer each, or if those are too many, all f32 in one; or why they do not fit. */
function given(needed: readonly Tensor[], most: number): Given | string {
  if (needed.length <= most)
    return { tensors: needed, places: new Map(needed.map((tensor, buffer) => [tensor, { buffer, offset: 0 }])) };
  const floats = needed.filter(({ dtype }) => dtype === "f32");
  const others = needed.filter(({ dtype }) => dtype !== "f32");
  if (others.length + 1 > most) return "this adapter binds too few buffers for what the chains hand on and read";
  let offset = 0;
  const places: Given["places"] = new Map(others.map((tensor, at) => [tensor, { buffer: at + 1, offset: 0 }]));
  for (const tensor of floats) {
    places.set(tensor, { buffer: 0, offset });
    offset += tensor.size;
  }
  if (4 * offset > MOST_BYTES) return `${showBytes(4 * offset)} would be gathered before the first iteration`;
  return { tensors: [concat(floats.map((tensor) => reshape(tensor, [tensor.size]))), ...others], places };
}
