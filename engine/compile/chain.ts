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
import { loopNode, type Body } from "../ops/loop.ts";
import { Tensor } from "../tensor.ts";
import { trace } from "../tracing.ts";
import { NotForAll, restOf } from "./allIterations.ts";
import { MOST_BYTES, picksOf, walkOf } from "./chainWalk.ts";
import type { ArgumentWords } from "./emit.ts";
import { baseOf, fuse, storedBy, type Cluster } from "./fuse.ts";
import { join } from "./join.ts";
import { divisible, localityOf, type Locality } from "./locality.ts";
import { frugally, readsOf } from "./order.ts";
import { rewrite } from "./rewrite.ts";
import { bytesOf } from "./work.ts";

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
