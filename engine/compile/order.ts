/**
 * The order of clusters, for memory: what frees as much as it takes goes as soon as it can.
 *
 * A gradient is asked for parameter by parameter, and in that order every activation would be kept until the gradient of the
 * last layer that reads it is asked for. Computed as soon as its operands exist, a weight's gradient lets them go.
 */

import type { Tensor } from "../tensor.ts";
import { baseOf, needsOf, producerOf, storedBy, type Cluster, type Clusters } from "./fuse.ts";
import { noHalves, type Halves } from "./halves.ts";
import { bytesOf } from "./work.ts";

/** Puts clusters in an order in which they can run, given what is asked for, what is there already and what is kept in f16. */
export type Order = (
  clusters: Clusters,
  outputs: readonly Tensor[],
  boundary: ReadonlySet<Tensor>,
  halves?: Halves,
) => readonly Cluster[];

type Needs = ReadonlyMap<Cluster, ReadonlySet<Tensor>>;
/** Bytes of a tensor. */
type Size = (tensor: Tensor) => number;

/**
 * The same clusters in an order in which they can run and that takes fewer bytes; in the order given where going early
 * would take more, as it may where tensors of many sizes cannot take over each other's buffers. In the body of a loop it is
 * not known here which result lies in which carry's buffer: there a plan may, rarely, come out a few bytes larger.
 */
export const frugally: Order = ({ list, stored }, outputs, boundary, halves = noHalves) => {
  const size = (tensor: Tensor) => bytesOf(tensor, halves);
  const needs = new Map(list.map((cluster) => [cluster, needsOf(cluster, stored)]));
  const lasting = new Set<Tensor>([...boundary, ...outputs.map(baseOf)]);
  const early = earliest(list, needs, boundary, lasting, size);
  return taken(early, needs, lasting, size) <= taken(list, needs, lasting, size) ? early : list;
};

/** Clusters in an order in which each that frees as much as it takes goes as soon as it can. */
function earliest(
  list: readonly Cluster[],
  needs: Needs,
  boundary: ReadonlySet<Tensor>,
  lasting: ReadonlySet<Tensor>,
  size: Size,
): Cluster[] {
  const readers = new Map<Tensor, Cluster[]>();
  for (const [cluster, tensors] of needs) for (const tensor of tensors) append(readers, tensor, cluster);
  const left = new Map([...readers].map(([tensor, clusters]) => [tensor, clusters.length]));
  const done = new Set<Tensor>();
  const placed = new Set<Cluster>();
  const order: Cluster[] = [];

  const ready = (cluster: Cluster) =>
    [...needs.get(cluster)!].every((tensor) => boundary.has(tensor) || done.has(producerOf(tensor)));
  const frees = (cluster: Cluster) =>
    [...needs.get(cluster)!].reduce(
      (bytes, tensor) => bytes + (left.get(tensor) === 1 && !lasting.has(tensor) ? size(tensor) : 0),
      0,
    );
  /** What takes the place of an argument, as far as can be told, waits until nothing else reads that. */
  const replaced = (cluster: Cluster) =>
    [...needs.get(cluster)!].filter(
      (tensor) =>
        boundary.has(tensor) && storedBy(cluster).some((own) => lasting.has(own) && size(own) === size(tensor)),
    );
  const mayReplace = (cluster: Cluster) =>
    replaced(cluster).every((tensor) => readers.get(tensor)!.every((other) => other === cluster || placed.has(other)));
  const takes = (cluster: Cluster) =>
    storedBy(cluster).reduce((bytes, own) => bytes + size(own), 0) -
    replaced(cluster).reduce((bytes, tensor) => bytes + size(tensor), 0);
  const place = (cluster: Cluster) => {
    placed.add(cluster);
    order.push(cluster);
    for (const tensor of storedBy(cluster)) done.add(tensor);
    for (const tensor of needs.get(cluster)!) left.set(tensor, left.get(tensor)! - 1);
  };

  for (const next of list) {
    if (placed.has(next)) continue;
    // What a cluster made ready, or made the last to read something, may now be worth placing; and so on from there.
    for (let latest: Cluster | undefined = next; latest !== undefined;) {
      place(latest);
      latest = [...storedBy(latest), ...needs.get(latest)!]
        .flatMap((tensor) => readers.get(tensor) ?? [])
        .find(
          (cluster) =>
            !placed.has(cluster) && frees(cluster) >= takes(cluster) && ready(cluster) && mayReplace(cluster),
        );
    }
  }
  return order;
}

/** Bytes of the buffers that an order takes, each handed on to a tensor of its size once nothing needs what it holds. */
function taken(order: readonly Cluster[], needs: Needs, lasting: ReadonlySet<Tensor>, size: Size): number {
  const last = new Map<Tensor, number>();
  order.forEach((cluster, time) => {
    for (const tensor of [...storedBy(cluster), ...needs.get(cluster)!]) last.set(tensor, time);
  });
  /** How many buffers of each size are free. */
  const free = new Map<number, number>();
  let bytes = 0;
  order.forEach((cluster, time) => {
    for (const own of storedBy(cluster).map(size)) {
      const spare = free.get(own) ?? 0;
      if (spare > 0) free.set(own, spare - 1);
      else bytes += own;
    }
    for (const tensor of [...storedBy(cluster), ...needs.get(cluster)!])
      if (last.get(tensor) === time && !lasting.has(tensor)) free.set(size(tensor), (free.get(size(tensor)) ?? 0) + 1);
  });
  return bytes;
}

/** The tensors in buffers that a cluster reads. */
export const readsOf = (cluster: Cluster): Set<Tensor> => new Set([...cluster.operands.map(baseOf), ...cluster.leaves]);

/** The index of the last cluster that reads each tensor; results are read after all of them. */
export function lastUses(list: readonly Cluster[], outputs: readonly Tensor[]): Map<Tensor, number> {
  const last = new Map<Tensor, number>();
  list.forEach((cluster, time) => {
    for (const tensor of readsOf(cluster)) last.set(tensor, time);
  });
  for (const output of outputs) last.set(baseOf(output), Infinity);
  return last;
}

function append(readers: Map<Tensor, Cluster[]>, tensor: Tensor, cluster: Cluster): void {
  const known = readers.get(tensor);
  if (known === undefined) readers.set(tensor, [cluster]);
  else known.push(cluster);
}
