/** Puts the body of a loop, cluster by cluster, into stages of a chain kernel: what each reads and writes, and in which order. */

import { nameOf } from "../labels.ts";
import type { Body } from "../ops/loop.ts";
import type { Tensor } from "../tensor.ts";
import { coreOf } from "./chainCores.ts";
import { Row, type Held } from "./chainCourse.ts";
import type { Place, Places } from "./chainPlaces.ts";
import { Emitter, stored, toStored, type LeafUse, type Surroundings } from "./emit.ts";
import { baseOf, fuse, storedBy, type Cluster } from "./fuse.ts";
import { noHalves } from "./halves.ts";
import { join } from "./join.ts";
import { frugally, lastUses, readsOf } from "./order.ts";
import { flopsOf, titled } from "./work.ts";

/** A stage, before it is known how many chains a workgroup takes. */
export interface Stage {
  /** What it computes; null if it only copies. */
  name: string | null;
  /** The slots of shaders/chain.wgsl with its functions, for so many chains. */
  pattern(this: void, chains: number): readonly string[];
  /** The functions and constants that this one asks for. */
  wiring: string;
  /** What a thread does one of, for so many chains, and in how many steps. */
  items(this: void, chains: number): number;
  length: number;
  /** Operations, of all chains, in each of the times that an iteration does it. */
  flops: number;
  times: number;
}

const WITHOUT_SIZES = { nameOf: (value: number) => `${value}u` };

export class Stages {
  readonly list: Stage[] = [];
  /** What comes before all iterations, an iteration, and what comes after them. */
  readonly begin = new Row();
  readonly advance = new Row();
  readonly finish = new Row();
  /** Loops within an iteration: the variable with the index, how often, and what the text calls that number. */
  readonly turns: { name: string; count: number; times: string }[] = [];
  readonly #indices = new Map<Tensor, string>();

  constructor(
    readonly places: Places,
    /** The most buffers that the dispatches of a loop within an iteration would read, were they dispatches. */
    readonly mostReads: number,
  ) {
    const { body, clusters, kept } = places.walk;
    this.#indices.set(body.index, "turn");
    body.carried.forEach((placeholder, at) => {
      const place = places.hold(placeholder);
      places.set(placeholder, place);
      const start = places.walk.starts.get(placeholder);
      const bound: Place = { element: (index) => `carry${at}[${index}]`, held: null };
      this.#move(this.begin, placeholder, start === undefined ? bound : places.of(start), place, 0);
      if (start === undefined) this.#move(this.finish, placeholder, place, bound, 0);
      this.#keep(placeholder);
    });
    this.#body(body, clusters, this.advance, 1);
    for (const tensor of kept.flat()) if (tensor.op.kind === "pick") this.#keep(tensor);
  }

  /** The stages of a body, which runs so often in an iteration. */
  #body(body: Body, list: readonly Cluster[], row: Row, times: number): void {
    const results = body.results.map(baseOf);
    const lastUse = lastUses(list, row === this.advance ? [...results, ...this.places.walk.kept.flat()] : results);
    const made = new Set(list.flatMap(storedBy));
    const carries = new Map<Tensor, Tensor>();
    results.forEach((result, at) => {
      if (results.indexOf(result) === at && made.has(result)) carries.set(result, body.carried[at]);
    });
    const own = new Map<Tensor, Held>();
    list.forEach((cluster, time) => {
      const dying = new Set([...readsOf(cluster)].filter((tensor) => lastUse.get(tensor) === time && own.has(tensor)));
      if (cluster.root.op.kind === "loop") this.#loop(cluster.root, lastUse, dying, own, row, times);
      else this.#cluster(cluster, time, { lastUse, dying, own, carries }, row, times);
      for (const tensor of dying) this.#release(tensor, own);
    });
    this.#handOver(body, results, row, times);
    for (const tensor of [...own.keys()]) this.#release(tensor, own);
  }

  #release(tensor: Tensor, own: Map<Tensor, Held>): void {
    this.places.memory.give(own.get(tensor)!);
    own.delete(tensor);
  }

  /** Brings what an iteration computed elsewhere to where the next one begins. */
  #handOver(body: Body, results: readonly Tensor[], row: Row, times: number): void {
    const { places } = this;
    const moves = results
      .map((result, at) => ({
        tensor: body.carried[at],
        from: places.of(result),
        to: places.of(body.carried[at]),
      }))
      .filter(({ from, to }) => from.held !== to.held);
    // What lies where another goes is brought to safety first.
    const written = new Set(moves.map(({ to }) => to.held));
    const asides: Held[] = [];
    const safe = moves.map((move) => {
      if (!written.has(move.from.held)) return move;
      const aside = places.hold(move.tensor);
      this.#move(row, move.tensor, move.from, aside, times);
      asides.push(aside.held);
      return { ...move, from: aside };
    });
    for (const { tensor, from, to } of safe) this.#move(row, tensor, from, to, times);
    for (const aside of asides) places.memory.give(aside);
  }

  /** A loop within an iteration. */
  #loop(
    root: Tensor,
    lastUse: ReadonlyMap<Tensor, number>,
    dying: Set<Tensor>,
    own: Map<Tensor, Held>,
    row: Row,
    times: number,
  ): void {
    const { places } = this;
    const { body } = root.attributes as { body: Body };
    const captured = new Set(body.captured.map(baseOf));
    for (const tensor of body.captured) places.set(tensor, places.of(baseOf(tensor)));
    const starts = body.carried.map((placeholder, at) => {
      const start = baseOf(root.inputs[at]);
      const held = own.get(start);
      if (held?.ofChains === true && dying.has(start) && !captured.has(start)) {
        dying.delete(start);
        own.delete(start);
        return places.within(held, placeholder);
      }
      const place = places.hold(placeholder);
      this.#move(row, placeholder, places.of(start), place, times);
      return place;
    });
    body.carried.forEach((placeholder, at) => places.set(placeholder, starts[at]));
    const at = this.turns.length + 1;
    const turn = { name: `turn${at}`, count: body.count, times: `TURNS${at}` };
    this.turns.push(turn);
    this.#indices.set(body.index, turn.name);
    const inner = new Row();
    const boundary = new Set<Tensor>([...body.captured, ...body.carried, ...places.walk.given.keys()]);
    const clusters = join(fuse(body.results, boundary, this.mostReads), body.results, boundary, this.mostReads);
    this.#body(body, frugally(clusters, body.results, boundary), inner, times * body.count);
    row.loop(turn.times, turn.name, inner.course);
    const picked = new Set<number>();
    for (const tensor of lastUse.keys())
      if (tensor.op.kind === "pick" && tensor.inputs[0] === root) {
        const { index } = tensor.attributes as { index: number };
        picked.add(index);
        places.set(tensor, starts[index]);
        own.set(tensor, starts[index].held);
      }
    starts.forEach(({ held }, at) => !picked.has(at) && places.memory.give(held));
  }

  /** A cluster as a stage. */
  #cluster(cluster: Cluster, time: number, life: Life, row: Row, times: number): void {
    const { places } = this;
    const { root } = cluster;
    const uses = new Map<Tensor, LeafUse>(
      cluster.leaves.map((leaf, index) => {
        const { element } = places.of(leaf);
        return [leaf, { index, aligned: true, read: false, element }];
      }),
    );
    const around: Surroundings = {
      ...{ leaves: uses, words: places.words, sizes: WITHOUT_SIZES, halves: noHalves, indices: this.#indices },
    };
    const { parameters, given, known, ...core } = coreOf(cluster, around, places);
    const emitter = new Emitter(around, given, "i", known);
    const values = storedBy(cluster).map((tensor) => toStored(emitter.at(tensor, "i"), tensor, noHalves));
    const operands = cluster.operands.map(baseOf);
    const aligned = cluster.leaves.filter((leaf) => uses.get(leaf)!.aligned && !operands.includes(leaf));
    const stores = storedBy(cluster).flatMap((tensor, at) => {
      const place = this.#resultPlace(tensor, time, aligned, life);
      places.set(tensor, place);
      return [place.element("i"), places.kept(tensor)].flatMap((target) =>
        target === null ? [] : [`${target} = ${values[at]};`],
      );
    });
    const lines = [...emitter.lines, ...stores].map((line) => `  ${line}\n`).join("");
    const read = [...cluster.leaves.filter((leaf) => uses.get(leaf)!.read), ...operands];
    if (storedBy(cluster).some((tensor) => places.ofChains(tensor) !== places.ofChains(root)))
      places.problem ??= `${root.describe()} and what is computed with it are not both of chains`;
    this.#stage(row, this.#heldBy(read), this.#heldBy(storedBy(cluster)), {
      ...core,
      name: titled(cluster, nameOf),
      wiring: `${places.extent(root)}${core.wiring}fn keep0(${parameters}) {\n${lines}}\n`,
      flops: flopsOf(cluster, core.flops),
      times,
    });
  }

  #heldBy(tensors: readonly Tensor[]): Held[] {
    return tensors.map((tensor) => this.places.of(tensor).held).filter((held) => held !== null);
  }

  /** Where a result goes: over the carry it replaces or a leaf that it is the last to read, if those are read at the same element only. */
  #resultPlace(
    tensor: Tensor,
    time: number,
    aligned: readonly Tensor[],
    { lastUse, dying, own, carries }: Life,
  ): Place {
    const { places } = this;
    const carry = carries.get(tensor);
    if (carry !== undefined) {
      const last = lastUse.get(carry) ?? -1;
      if (last < time || (last === time && aligned.includes(carry))) return places.of(carry);
    }
    const leaf = aligned.find(
      (candidate) =>
        dying.has(candidate) &&
        stored[candidate.dtype] === stored[tensor.dtype] &&
        places.ofChains(candidate) === places.ofChains(tensor) &&
        places.elements(candidate) === places.elements(tensor),
    );
    if (leaf === undefined) {
      const place = places.hold(tensor);
      own.set(tensor, place.held);
      return place;
    }
    const held = own.get(leaf)!;
    dying.delete(leaf);
    own.delete(leaf);
    own.set(tensor, held);
    return places.within(held, tensor);
  }

  /** A stage that copies a tensor. */
  #move(row: Row, tensor: Tensor, from: Place, to: Place, times: number): void {
    this.#copy(row, tensor, from, to.element("i"), to.held, times);
  }

  /** A stage that stores a tensor among what is kept, if it is one of those. */
  #keep(tensor: Tensor): void {
    const target = this.places.kept(tensor);
    if (target !== null) this.#copy(this.advance, tensor, this.places.of(tensor), target, null, 1);
  }

  #copy(row: Row, tensor: Tensor, from: Place, target: string, held: Held | null, times: number): void {
    const { places } = this;
    this.#stage(row, from.held === null ? [] : [from.held], held === null ? [] : [held], {
      name: null,
      pattern: () => ["each"],
      wiring: `${places.extent(tensor)}fn keep0(i: u32) { ${target} = ${from.element("i")}; }\n`,
      ...{ items: places.items(tensor), length: 1, flops: 0, times },
    });
  }

  #stage(row: Row, reads: readonly Held[], writes: readonly Held[], stage: Stage): void {
    row.stage(`stage${this.list.length}(thread);`, reads, writes);
    this.list.push(stage);
  }
}

/** What is there while a body is put into stages. */
interface Life {
  lastUse: ReadonlyMap<Tensor, number>;
  /** What the present cluster is the last to read. */
  dying: Set<Tensor>;
  /** The variables of what the body stores. */
  own: Map<Tensor, Held>;
  /** The carries that results replace. */
  carries: ReadonlyMap<Tensor, Tensor>;
}
