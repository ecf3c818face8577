/**
 * Joining: clusters that go over the same elements become one dispatch with several results.
 *
 * An expression that reads a tensor only at the element it computes can as well be computed where that tensor is made: at the end of a
 * kernel, or within another expression. So an activation joins the convolution whose result is kept for the gradient, and all
 * that Adam moves joins the gradient. What nothing else reads is then not stored at all.
 */

import { inOrder } from "../graph.ts";
import type { Tensor } from "../tensor.ts";
import {
  baseOf,
  leavesOf,
  LONG,
  movesNothing,
  needsOf,
  ownCost,
  producerOf,
  storedBy,
  type Cluster,
  type Clusters,
} from "./fuse.ts";

/** The same program in fewer clusters, none of which binds more than `mostReads` buffers besides one that it writes. */
export function join(
  clusters: Clusters,
  outputs: readonly Tensor[],
  boundary: ReadonlySet<Tensor>,
  mostReads: number,
): Clusters {
  const joining = new Joining(clusters, new Set([...outputs.map(baseOf), ...boundary]), mostReads);
  for (const cluster of clusters.list) joining.offer(cluster);
  return joining.clusters();
}

class Joining {
  readonly #stored: Set<Tensor>;
  /** When each cluster runs. */
  readonly #time = new Map<Cluster, number>();
  readonly #maker = new Map<Tensor, Cluster>();
  readonly #readers = new Map<Tensor, Set<Cluster>>();
  /** How many kernels and loops run before a time. */
  readonly #kernelsBefore: number[] = [];

  constructor(
    { list, stored }: Clusters,
    /** What keeps its buffer, whoever reads it. */
    readonly lasting: ReadonlySet<Tensor>,
    readonly mostReads: number,
  ) {
    this.#stored = new Set(stored);
    let kernels = 0;
    list.forEach((cluster, time) => {
      this.#kernelsBefore.push(kernels);
      if (cluster.core !== null && cluster.core.op.kind !== "reduce") kernels++;
      this.#add(cluster, time);
    });
  }

  clusters(): Clusters {
    const list = [...this.#time].sort(([, a], [, b]) => a - b).map(([cluster]) => cluster);
    return { list, stored: this.#stored };
  }

  /** Joins a cluster that is an expression to what makes a tensor that it reads, and what comes of that to further ones. */
  offer(cluster: Cluster): void {
    for (let latest: Cluster | null = cluster; latest !== null && latest.core === null;) latest = this.#joined(latest);
  }

  /** What a cluster and one that makes a tensor for it come to together; null if it can join none. */
  #joined(cluster: Cluster): Cluster | null {
    const makers = cluster.leaves.map((leaf) => this.#maker.get(leaf)).filter((maker) => maker !== undefined);
    const latestFirst = (a: Cluster, b: Cluster) => this.#time.get(b)! - this.#time.get(a)!;
    // The latest first: it is the one that what comes before may join in turn.
    for (const other of new Set([...makers.sort(latestFirst), ...this.#siblings(cluster).sort(latestFirst)])) {
      const time = this.#timeTogether(other, cluster);
      const meets = !makers.includes(other) || this.#meets(other, cluster);
      const both = time === null || !meets ? null : this.#together(other, cluster);
      if (both === null) continue;
      this.#remove(other);
      this.#remove(cluster);
      for (const tensor of [other, cluster].flatMap(storedBy))
        if (!storedBy(both).includes(tensor)) this.#stored.delete(tensor);
      this.#add(both, time!);
      return both;
    }
    return null;
  }

  /** Earlier expressions over as many elements that read, element by element, what a cluster so reads. */
  #siblings(cluster: Cluster): Cluster[] {
    const shared = [...readPlaces(storedBy(cluster), this.#stored).inPlace].filter(
      (tensor) => this.#stored.has(tensor) && tensor.size === cluster.root.size && cluster.leaves.includes(tensor),
    );
    const readers = shared.flatMap((tensor) => [...this.#readers.get(tensor)!].map((reader) => ({ tensor, reader })));
    const beside = readers.filter(
      ({ tensor, reader }) =>
        reader.core === null &&
        reader.root.size === cluster.root.size &&
        this.#time.get(reader)! < this.#time.get(cluster)! &&
        readPlaces(storedBy(reader), this.#stored).inPlace.has(tensor),
    );
    return [...new Set(beside.map(({ reader }) => reader))];
  }

  /** Whether a cluster goes over the elements of what another makes, one by one. */
  #meets(maker: Cluster, { root, besides }: Cluster): boolean {
    const { core } = maker;
    if (core !== null && (core.dtype !== "f32" || (core.op.kind !== "kernel" && core.op.kind !== "reduce")))
      return false;
    const made = storedBy(maker).filter((tensor) => tensor.size === root.size);
    const places = readPlaces([root, ...besides], this.#stored);
    const read = storedBy(maker).filter((tensor) => places.elsewhere.has(tensor) || places.inPlace.has(tensor));
    return read.length > 0 && read.every((tensor) => made.includes(tensor) && !places.elsewhere.has(tensor));
  }

  /**
   * When both could run as one: early if all that the second waits for is there; late if nothing in between waits for the first.
   * No kernel runs in between, during which results or operands would only take room, unless both are expressions.
   */
  #timeTogether(first: Cluster, second: Cluster): number | null {
    const [early, late] = [this.#time.get(first)!, this.#time.get(second)!];
    const own = storedBy(first);
    const close = this.#kernelsBefore[late] === this.#kernelsBefore[Math.min(early + 1, late)];
    const waits = [...needsOf(second, this.#stored)].filter((tensor) => !own.includes(tensor));
    const ready = waits.every((tensor) => {
      const maker = this.#maker.get(producerOf(tensor));
      return maker === undefined || this.#time.get(maker)! < early;
    });
    if (ready && close) return early;
    const others = own.flatMap((tensor) => [...(this.#readers.get(tensor) ?? [])]);
    const unread = others.every((reader) => reader === second || this.#time.get(reader)! > late);
    return unread && (close || first.core === null) ? late : null;
  }

  /** Two clusters as one; null where it would bind too many buffers or grow too long. */
  #together(first: Cluster, second: Cluster): Cluster | null {
    const { core, epilogue, operands } = first;
    const needed = (tensor: Tensor) =>
      this.lasting.has(tensor) || [...(this.#readers.get(tensor) ?? [])].some((reader) => reader !== second);
    const results = [...storedBy(first).filter(needed), ...storedBy(second)];
    // The result of a kernel goes through its epilogue, which is for floats.
    const root = core === null ? results[0] : results.find(({ dtype }) => dtype === "f32");
    if (root === undefined) return null;
    const besides = results.filter((tensor) => tensor !== root);
    const stored = new Set([...this.#stored].filter((tensor) => !storedBy(first).includes(tensor) || needed(tensor)));
    const leaves = leavesOf([root, ...besides], core, stored);
    if (operands.length + leaves.length + besides.length > this.mostReads) return null;
    const computed = inOrder(results, (node) => results.includes(node) || !stored.has(node));
    if (computed.reduce((total, { op }) => total + ownCost(op), 0) > LONG) return null;
    return { root, besides, core, epilogue, operands, leaves };
  }

  #add(cluster: Cluster, time: number): void {
    this.#time.set(cluster, time);
    for (const tensor of storedBy(cluster)) this.#maker.set(tensor, cluster);
    for (const tensor of needsOf(cluster, this.#stored)) {
      const readers = this.#readers.get(tensor) ?? new Set();
      this.#readers.set(tensor, readers.add(cluster));
    }
  }

  #remove(cluster: Cluster): void {
    this.#time.delete(cluster);
    for (const tensor of storedBy(cluster)) this.#maker.delete(tensor);
    for (const readers of this.#readers.values()) readers.delete(cluster);
  }
}

type Place = "inPlace" | "elsewhere";

/** The tensors that expressions read: at the element being computed, and at others. */
function readPlaces(roots: readonly Tensor[], stored: ReadonlySet<Tensor>): Record<Place, ReadonlySet<Tensor>> {
  const seen = { inPlace: new Set<Tensor>(), elsewhere: new Set<Tensor>() };
  const stack = roots.map((node): { node: Tensor; place: Place } => ({ node, place: "inPlace" }));
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, place } = top;
    if (seen[place].has(node)) continue;
    seen[place].add(node);
    if (stored.has(node) && !roots.includes(node)) continue;
    const stays = node.op.kind === "elementwise" || movesNothing(node);
    const inputs = movesNothing(node) ? [node.inputs[0]] : node.inputs;
    for (const input of inputs) stack.push({ node: input, place: stays ? place : "elsewhere" });
  }
  return seen;
}
