/**
 * Chains: a loop that walks chains which do not meet, such as those of an MCMC sampler, as one kernel instead of some dispatches for each
 * iteration.
 *
 *   loop(n, (i, x, total) => [step(x), total + mean(f(x))])
 *      │
 *      ├─ walk    x ← step(x), n times, by one kernel; f(x) [n, chains] is kept
 *      ├─ sums    over the chains of f(x), for all iterations at once
 *      └─ rest    total ← total + mean, n times: a walk of one chain
 *
 * All numbers are computed as the loop computes them, and sums go over the same terms in the same order, so they are the same bits.
 */

import { showBytes } from "../amounts.ts";
import type { Target } from "../device/target.ts";
import { chainsOn } from "../form.ts";
import { inOrder } from "../graph.ts";
import { labelled } from "../labels.ts";
import { loopNode, loopOp, pickOp, type Body } from "../ops/loop.ts";
import { concat, reshape, slice, transpose } from "../ops/movement.ts";
import { inputOp, placeholder } from "../ops/sources.ts";
import type { Op } from "../op.ts";
import { Tensor } from "../tensor.ts";
import { trace } from "../tracing.ts";
import { NotForAll, restOf } from "./allIterations.ts";
import { chainKernel, type ChainKernel } from "./chainKernel.ts";
import type { ArgumentWords } from "./emit.ts";
import { baseOf, fuse, needsOf, producerOf, storedBy, type Cluster } from "./fuse.ts";
import { join } from "./join.ts";
import { frugally, readsOf } from "./order.ts";
import { rewrite } from "./rewrite.ts";
import { bytesOf } from "./work.ts";
import { divisible, localityOf, unchanging, weightsOf, type Locality } from "./locality.ts";

/** What a loop has, besides its body, that is walked by one kernel: an attribute of its node. */
export interface Chain {
  kernel: ChainKernel;
  /** Placeholders like the buffers of what is kept of all iterations, which are the picks behind those of the carries. */
  kept: readonly Tensor[];
}

/** Operations of a stage, on average, beyond which a dispatch of its own is worth starting. */
const SMALL = 2 ** 24;

/** Bytes of what is kept of all iterations, and of what is gathered before them, at most. */
const MOST_BYTES = 2 ** 26;

/** The same outputs with every loop as a chain that can be one and for which the target has such kernels. */
export const chained = (outputs: readonly Tensor[], words: ArgumentWords, target: Target): Tensor[] =>
  chainsOn(target) === "none" ? [...outputs] : trace(() => new Chaining(words, target).rewritten(outputs));

class Chaining {
  readonly #replaced = new Map<Tensor, Tensor>();
  /** What stands for the results of loops that are chains now. */
  readonly #results = new Map<Tensor, readonly Tensor[]>();

  constructor(
    readonly words: ArgumentWords,
    readonly target: Target,
  ) {}

  rewritten(outputs: readonly Tensor[]): Tensor[] {
    for (const node of inOrder(outputs, (tensor) => !this.#replaced.has(tensor)))
      if (!this.#replaced.has(node))
        this.#replaced.set(
          node,
          labelled(node.label, () => this.#rebuilt(node)),
        );
    return outputs.map((output) => this.#replaced.get(output)!);
  }

  #rebuilt(node: Tensor): Tensor {
    const inputs = node.inputs.map((input) => this.#replaced.get(input)!);
    if (node.op.kind === "loop") return this.#loop(node, inputs);
    const results = node.op.kind === "pick" ? this.#results.get(inputs[0]) : undefined;
    if (results !== undefined) return results[(node.attributes as { index: number }).index];
    if (inputs.every((input, at) => input === node.inputs[at])) return node;
    const { op, attributes, shape, dtype, state } = node;
    return new Tensor(op, inputs, attributes, shape, dtype, state === "lazy" ? "lazy" : "symbolic");
  }

  /** A loop as a whole before the loops within it. */
  #loop(node: Tensor, inputs: readonly Tensor[]): Tensor {
    const { body } = node.attributes as { body: Body };
    const withResults = (results: readonly Tensor[]): Tensor => {
      const same = results.every((result, at) => result === body.results[at]);
      if (same && inputs.every((input, at) => input === node.inputs[at])) return node;
      return loopNode(inputs.slice(0, body.carried.length), { ...body, results });
    };
    const whole = withResults(rewrite(body.results, (inner) => inner, new Map(this.#replaced)));
    const results = split(whole, chainsOf(body), this.words, this.target);
    if (typeof results === "string") {
      const { op, inputs: own, attributes } = withResults(this.rewritten(body.results));
      return new Tensor(op, own, { ...attributes, obstacle: results }, [], "f32", "symbolic");
    }
    this.#results.set(whole, results);
    return whole;
  }
}

/** How many chains a loop walks, if it does: as many as its first carry with an axis has rows. */
const chainsOf = ({ carried }: Body): number => carried.find(({ rank }) => rank > 0)?.shape[0] ?? 1;

/** The results of a loop as those of so many chains, of what is summed over them, and of what is left; or why it is none. */
function split(loop: Tensor, chains: number, words: ArgumentWords, target: Target): readonly Tensor[] | string {
  const { body } = loop.attributes as { body: Body };
  if (chains === 0) return "there are no chains";
  const problemWith = ({ part, reason }: Locality): string | null => {
    const at = body.carried.findIndex(
      (placeholder, place) => divisible(placeholder.shape, chains) && part(body.results[place]) === "across",
    );
    return at === -1 ? null : reason(body.results[at]);
  };
  let locality = localityOf(body, chains, true);
  if (problemWith(locality) !== null) locality = localityOf(body, chains, false);
  const problem = problemWith(locality);
  if (problem !== null) return problem;
  const { part } = locality;

  const places = body.carried.map((_, place) => place);
  const own = places.filter((place) => divisible(body.carried[place].shape, chains));
  const others = places.filter((place) => !own.includes(place));
  const boundary = new Set([...body.carried, ...body.captured]);
  const cut = fuse(body.results, boundary, target.mostReads);
  const clusters = join(cut, body.results, boundary, target.mostReads);
  const list = frugally(clusters, body.results, boundary);
  const meets = (cluster: Cluster) => storedBy(cluster).some((tensor) => part(tensor) === "across");
  const mixed = list.find((cluster) => meets(cluster) && storedBy(cluster).some((tensor) => part(tensor) === "rows"));
  if (mixed !== undefined) return `${mixed.root.describe()} is computed together with what goes over several chains`;
  const read = list.filter(meets).flatMap((cluster) => [...readsOf(cluster)]);
  const bases = others.map((place) => baseOf(body.results[place]));
  const kept = [...new Set([...read, ...bases])].filter((tensor) => part(tensor) === "rows");
  const bytes = body.count * kept.reduce((total, tensor) => total + bytesOf(tensor), 0);
  if (bytes > MOST_BYTES) return `${showBytes(bytes)} would be kept of all iterations`;

  const shared = others.filter((place) => part(body.carried[place]) === "shared");
  const cutting = { chains, part, list, stored: clusters.stored };
  const walk = walkOf(loop, { own, shared }, kept, cutting, words, target);
  if (typeof walk === "string") return walk;
  const ends = new Map<number, Tensor>(places.map((place) => [place, loop.inputs[place]]));
  own.forEach((place, at) => ends.set(place, walk.carries[at]));
  const left = others.filter((place) => body.results[place] !== body.carried[place]);
  if (left.length === 0) return [...ends.values()];
  try {
    const starts = left.map((place) => loop.inputs[place]);
    const rest = restOf(body, left, starts, walk.kept);
    const walked = split(rest, 1, words, target);
    const results = typeof walked === "string" ? picksOf(rest) : walked;
    left.forEach((place, at) => ends.set(place, results[at]));
    return [...ends.values()];
  } catch (error) {
    if (error instanceof NotForAll) return error.message;
    throw error;
  }
}

/**
 * The walk of a loop's chains by one kernel: where its carries end, and what was kept of all iterations, `[count, …]`. Every workgroup goes
 * along with the carries that all chains share, as far as a step reads them, and leaves their ends to the rest.
 */
function walkOf(
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
  if (chainsOn(target) === "small" && kernel.flops > SMALL * body.count * kernel.stages.length)
    return "its stages are large enough for a dispatch each";
  const histories = groups.map(([{ dtype }, ...rest], at) => {
    const shape = [body.count * rest.reduce((total, { size }) => total + size, groups[at][0].size)];
    return placeholder(inputOp, { shape, dtype, label: "kept" });
  });
  const chain: Chain = { kernel, kept: histories };
  const inputs = [...pick(loop.inputs, own), ...tensors];
  const ownBody = { ...walked, carried: pick(body.carried, own), results: pick(body.results, own) };
  const node = new Tensor(loopOp, inputs, { body: ownBody, chain }, [], "f32", "symbolic");
  const all = histories.map(({ shape, dtype }, at) => {
    const history = new Tensor(pickOp, [node], { index: own.length + at }, shape, dtype, "symbolic");
    let start = 0;
    return groups[at].map((tensor): [Tensor, Tensor] => {
      const length = body.count * tensor.size;
      const values = slice(history, [[start, (start += length)]]);
      return [tensor, reshape(values, [body.count, ...tensor.shape])];
    });
  });
  return { carries: picksOf(node), kept: new Map(all.flat()) };
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
interface Cutting {
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

const picksOf = (loop: Tensor): Tensor[] =>
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
