/** Orders a program as commands on slots, and lets slots be reused as soon as nothing needs what they hold. */

import type { KernelSource } from "../device/pipelines.ts";
import type { Target } from "../device/target.ts";
import type { Chain } from "./chainWalk.ts";
import type { ChainKernel } from "./chainKernel.ts";
import type { Choice } from "../form.ts";
import { nameOf } from "../labels.ts";
import type { Body } from "../ops/loop.ts";
import type { Tensor } from "../tensor.ts";
import { elementOf, type ArgumentWords } from "./emit.ts";
import { baseOf, fuse, storedBy, type Cluster, type Clusters } from "./fuse.ts";
import { halvesOf, noHalves, type Halves, type StoredAs } from "./halves.ts";
import { join } from "./join.ts";
import { lower } from "./lower.ts";
import { frugally, lastUses, readsOf, type Order } from "./order.ts";
import { bytesOf, partsIn, partsOf, titled, unplannedBytes, workOf } from "./work.ts";

/** A buffer of the plan; or, inside a loop, one side of a carry, whose sides may change places after each iteration. */
export type SlotRef = number | { carry: Carry; side: "front" | "back" };

/** What a loop hands from iteration to iteration. */
export interface Carry {
  front: number;
  /** Where an iteration leaves its result; null while it may write over its own start. */
  back: number | null;
}

export interface Dispatch {
  kind: "dispatch";
  source: KernelSource;
  slots: readonly SlotRef[];
  /** Which of them it reads or writes as f16. */
  halves: readonly boolean[];
  groups: readonly [number, number, number];
  /** The form of its kernel, where that has several. */
  choice: Choice | null;
  /** The ops: `conv2d → leakyRelu`. */
  label: string;
  /** The ops with the parts they belong to: `0.conv2d → 1.leakyRelu`. */
  name: string;
  /** What else is in its expressions and stored nowhere, in the same words: `0.add`. */
  parts: readonly string[];
  /** Sums and products of the kernel, and one for each element of each function in its expressions. */
  flops: number;
  /** Bytes of the buffers it reads, each counted once and in whole, and those it writes. */
  read: number;
  written: number;
  /** What a chain kernel does in turn in each of its iterations. */
  stages?: ChainKernel["stages"];
}

export interface Copy {
  kind: "copy";
  from: SlotRef;
  to: SlotRef;
  bytes: number;
}

export interface Repeat {
  kind: "loop";
  /** The part it belongs to; empty outside any. */
  label: string;
  count: number;
  /** Why it is no chain, where chains are made of what can be. */
  obstacle?: string;
  /** What this loop hands on, and not the loops around it. */
  carries: readonly Carry[];
  body: readonly Command[];
}

export type Command = Dispatch | Copy | Repeat;

export interface Slot {
  bytes: number;
  /** `given` by the caller, `returned` to it, or kept by the plan. */
  role: "given" | "returned" | "kept";
  purpose: string;
}

export interface Schedule {
  commands: readonly Command[];
  slots: readonly Slot[];
  /** The slot of each input and of each output. */
  inputs: readonly number[];
  outputs: readonly number[];
  /** Bytes of all tensors that are computed, if each had a buffer of its own; those in a loop count once. */
  unplanned: number;
}

export interface ScheduleOptions {
  /** Which cluster goes when. */
  order?: Order;
  /** How the plan keeps tensors of its own. */
  storage?: StoredAs;
}

/** Plans `outputs`, given buffers for `inputs`; those in `donated` may be overwritten. */
export function schedule(
  inputs: readonly Tensor[],
  donated: ReadonlySet<Tensor>,
  outputs: readonly Tensor[],
  words: ArgumentWords,
  target: Target,
  { order = frugally, storage = "f32" }: ScheduleOptions = {},
): Schedule {
  const halves = storage === "f16" ? halvesOf(outputs, new Set(inputs), target.leastHalf) : noHalves;
  const scheduler = new Scheduler(words, target, order, halves);
  const places = new Map<Tensor, SlotRef>(inputs.map((input) => [input, scheduler.slot(input, "given")]));
  const commands = scheduler.graph(outputs, new Set(inputs), donated, places);
  const outputSlots = outputs.map((output) => places.get(baseOf(output)) as number);
  for (const slot of outputSlots) if (scheduler.slots[slot].role === "kept") scheduler.slots[slot].role = "returned";
  return {
    commands,
    slots: scheduler.slots,
    inputs: inputs.map((input) => places.get(input) as number),
    outputs: outputSlots,
    unplanned: unplannedBytes(outputs, new Set(inputs), halves),
  };
}

class Scheduler {
  readonly slots: Slot[] = [];
  readonly #free: number[] = [];
  /** For each loop whose body is being scheduled, innermost last: the slots its iterations have used so far. */
  readonly #used: Set<number>[] = [];

  constructor(
    readonly words: ArgumentWords,
    readonly target: Target,
    readonly order: Order,
    readonly halves: Halves,
  ) {}

  slot(node: Tensor, role: Slot["role"] = "kept"): number {
    return this.slots.push({ bytes: bytesOf(node, this.halves), role, purpose: node.op.name }) - 1;
  }

  /** A slot for a tensor: a free one of its size if there is one that `suits`. */
  #take(node: Tensor, suits: (slot: number) => boolean = () => true): number {
    const at = this.#free.findIndex((slot) => this.slots[slot].bytes === bytesOf(node, this.halves) && suits(slot));
    const slot = at === -1 ? this.slot(node) : this.#free.splice(at, 1)[0];
    for (const used of this.#used) used.add(slot);
    return slot;
  }

  /** Gives a carry a second side, of which the next iteration reads: no slot that an iteration writes before that. */
  #takeBack(carry: Carry, node: Tensor): void {
    carry.back ??= this.#take(node, (slot) => !this.#used.at(-1)!.has(slot));
  }

  /** Schedules a graph; `places` says where its boundary lies and learns where everything else does. */
  graph(
    outputs: readonly Tensor[],
    boundary: ReadonlySet<Tensor>,
    spare: ReadonlySet<Tensor>,
    places: Map<Tensor, SlotRef>,
    carries: ReadonlyMap<Tensor, CarryPlan> = new Map(),
  ): Command[] {
    const { mostReads } = this.target;
    const joined = (clusters: Clusters): Clusters => {
      const fewer = join(clusters, outputs, boundary, mostReads);
      return { ...fewer, list: this.order(fewer, outputs, boundary, this.halves) };
    };
    // Twice: what the order brings together may join in turn, as all that Adam moves does with the gradient.
    const { list } = joined(joined(fuse(outputs, boundary, mostReads)));
    const commands: Command[] = [];
    const lastUse = lastUses(list, outputs);
    for (const tensor of spare) if (!lastUse.has(tensor)) this.#release(places.get(tensor)!);
    list.forEach((cluster, time) => {
      const dying = new Set(
        [...readsOf(cluster)].filter(
          (tensor) => lastUse.get(tensor) === time && (spare.has(tensor) || !boundary.has(tensor)),
        ),
      );
      if (cluster.root.op.kind === "loop") this.#loop(cluster, outputs, list, dying, places, commands);
      else this.#dispatch(cluster, time, dying, spare, lastUse, places, carries, commands);
      for (const tensor of dying) this.#release(places.get(tensor)!);
    });
    return commands;
  }

  #release(place: SlotRef): void {
    if (typeof place === "number") this.#free.push(place);
  }

  #dispatch(
    cluster: Cluster,
    time: number,
    dying: Set<Tensor>,
    spare: ReadonlySet<Tensor>,
    lastUse: ReadonlyMap<Tensor, number>,
    places: Map<Tensor, SlotRef>,
    carries: ReadonlyMap<Tensor, CarryPlan>,
    commands: Command[],
  ): void {
    const { root, core } = cluster;
    const lowered = lower(cluster, this.words, this.target, this.halves);
    const shared = new Map<Tensor, Tensor>();
    if (core?.op.kind === "update") this.#updated(core, time, dying, lastUse, places, carries.get(root), commands);
    else
      for (const result of storedBy(cluster)) {
        const plan = carries.get(result);
        const leaf =
          plan === undefined
            ? this.#takenOver(result, lowered.aligned, dying, spare, lastUse, places)
            : this.#carried(plan, time, lowered.aligned, lastUse);
        if (leaf !== undefined) shared.set(result, leaf);
        if (plan !== undefined) places.set(result, plan.result());
        else if (leaf !== undefined && dying.delete(leaf)) places.set(result, places.get(leaf)!);
        else places.set(result, this.#take(result));
      }
    // A tensor without elements has a place, and nothing to compute.
    if (lowered.groups.includes(0)) return;
    const bound = lowered.binds(shared).map(baseOf);
    commands.push({
      kind: "dispatch",
      source: lowered.source(shared),
      slots: bound.map((tensor) => places.get(tensor)!),
      halves: bound.map((tensor) => this.halves.has(tensor)),
      groups: lowered.groups,
      choice: lowered.choice,
      label: titled(cluster, ({ op }) => op.name),
      name: titled(cluster, nameOf),
      parts: partsOf(cluster),
      ...workOf(cluster, lowered, this.halves),
    });
  }

  /** The leaf that a result is written over: an argument rather by what the program returns, another by what it does not. */
  #takenOver(
    result: Tensor,
    aligned: readonly Tensor[],
    dying: ReadonlySet<Tensor>,
    spare: ReadonlySet<Tensor>,
    lastUse: ReadonlyMap<Tensor, number>,
    places: ReadonlyMap<Tensor, SlotRef>,
  ): Tensor | undefined {
    const fitting = aligned.filter(
      (leaf) =>
        dying.has(leaf) &&
        typeof places.get(leaf) === "number" &&
        elementOf(leaf, this.halves) === elementOf(result, this.halves) &&
        bytesOf(leaf, this.halves) === bytesOf(result, this.halves),
    );
    const returned = lastUse.get(result) === Infinity;
    return fitting.find((leaf) => spare.has(leaf) === returned) ?? fitting.at(0);
  }

  /** A result of a loop's body goes over the carry it replaces if nothing reads that any more, else to its other side. */
  #carried(
    plan: CarryPlan,
    time: number,
    aligned: readonly Tensor[],
    lastUse: ReadonlyMap<Tensor, number>,
  ): Tensor | undefined {
    const last = lastUse.get(plan.placeholder) ?? -1;
    if (last < time) return undefined;
    if (last === time && aligned.includes(plan.placeholder)) return plan.placeholder;
    this.#takeBack(plan.carry, plan.placeholder);
    return undefined;
  }

  /** The result of an update lies where its table lay, if nothing else needs the table; else it starts as a copy. */
  #updated(
    root: Tensor,
    time: number,
    dying: Set<Tensor>,
    lastUse: ReadonlyMap<Tensor, number>,
    places: Map<Tensor, SlotRef>,
    plan: CarryPlan | undefined,
    commands: Command[],
  ): void {
    const [table, ...others] = root.inputs.map(baseOf);
    const from = places.get(table)!;
    // No buffer can be read and written in one dispatch.
    const free = !others.includes(table);
    if (plan !== undefined) {
      const inPlace = free && plan.placeholder === table && lastUse.get(table) === time;
      if (!inPlace && (lastUse.get(plan.placeholder) ?? -1) >= time) this.#takeBack(plan.carry, root);
      places.set(root, plan.result());
      if (!inPlace) commands.push({ kind: "copy", from, to: plan.result(), bytes: bytesOf(root) });
    } else if (free && dying.delete(table) && typeof from === "number") {
      places.set(root, from);
    } else {
      places.set(root, this.#take(root));
      commands.push({ kind: "copy", from, to: places.get(root)!, bytes: bytesOf(root) });
    }
  }

  #loop(
    cluster: Cluster,
    outputs: readonly Tensor[],
    list: readonly Cluster[],
    dying: Set<Tensor>,
    places: Map<Tensor, SlotRef>,
    commands: Command[],
  ): void {
    const { root } = cluster;
    const { body, chain, ...rest } = root.attributes as { body: Body; chain?: Chain; obstacle?: string };
    const starts = root.inputs.slice(0, body.carried.length).map(baseOf);
    const held = new Set(root.inputs.slice(body.carried.length).map(baseOf));
    const carries = starts.map((start): Carry => {
      const place = places.get(start)!;
      const mine = dying.has(start) && !held.has(start) && typeof place === "number";
      if (mine && dying.delete(start)) return { front: place, back: null };
      const front = this.#take(start);
      commands.push({ kind: "copy", from: place, to: front, bytes: bytesOf(start) });
      return { front, back: null };
    });
    const { label } = root;
    const kept = (chain?.kept ?? []).map((history) => this.#take(history));
    if (chain === undefined)
      commands.push({
        kind: "loop",
        label,
        ...rest,
        count: body.count,
        carries,
        body: this.#body(body, carries, places),
      });
    else {
      const given = root.inputs.slice(body.carried.length).map((tensor) => places.get(baseOf(tensor))!);
      const walk = walked(root, chain, [...carries.map(({ front }) => front), ...kept, ...given]);
      commands.push({ kind: "loop", label, count: chain.kernel.pieces, carries: [], body: [walk] });
    }
    const wanted = new Set([...outputs.map(baseOf), ...list.flatMap((other) => [...readsOf(other)])]);
    const picks = new Map(
      [...wanted]
        .filter((node) => node.op.kind === "pick" && node.inputs[0] === root)
        .map((node) => [(node.attributes as { index: number }).index, node]),
    );
    const ends = [...carries, ...kept.map((front): Carry => ({ front, back: null }))];
    ends.forEach(({ front, back }, at) => {
      const swapped = back !== null && body.count % 2 === 1;
      const [kept, other] = swapped ? [back, front] : [front, back];
      if (other !== null) this.#free.push(other);
      const pick = picks.get(at);
      if (pick === undefined) this.#free.push(kept);
      else places.set(pick, kept);
    });
  }

  #body(body: Body, carries: readonly Carry[], outside: ReadonlyMap<Tensor, SlotRef>): Command[] {
    const places = new Map<Tensor, SlotRef>(body.captured.map((node) => [node, outside.get(baseOf(node))!]));
    body.carried.forEach((placeholder, at) => places.set(placeholder, { carry: carries[at], side: "front" }));
    const results = body.results.map(baseOf);
    const plans = new Map<Tensor, CarryPlan>();
    results.forEach((result, at) => {
      // What an inner loop leaves is copied, since its own carries decide where it lies.
      if (results.indexOf(result) === at && !places.has(result) && result.op.kind !== "pick")
        plans.set(result, new CarryPlan(body.carried[at], carries[at]));
    });
    const boundary = new Set(places.keys());
    this.#used.push(new Set());
    const commands = this.graph(results, boundary, new Set(), places, plans);
    results.forEach((result, at) => {
      if (result === body.carried[at] || plans.get(result)?.carry === carries[at]) return;
      this.#takeBack(carries[at], body.carried[at]);
      commands.push({
        kind: "copy",
        from: places.get(result)!,
        to: { carry: carries[at], side: "back" },
        bytes: bytesOf(result),
      });
    });
    this.#used.pop();
    // What an iteration leaves in other places is not needed by the next one.
    for (const [node, place] of places)
      if (typeof place === "number" && !boundary.has(node) && !this.#free.includes(place)) this.#free.push(place);
    return commands;
  }
}

const counted = (count: number, thing: string): string => `${count} ${thing}${count === 1 ? "" : "s"}`;

/** The dispatch of a piece of a walk, all of whose buffers are read and written once, however many steps it has. */
function walked(root: Tensor, { kernel, kept }: Chain, slots: readonly SlotRef[]): Dispatch {
  const { body } = root.attributes as { body: Body };
  const { source, groups, pieces, stages, flops } = kernel;
  const total = (tensors: readonly Tensor[]) => tensors.reduce((sum, tensor) => sum + bytesOf(tensor), 0);
  const steps = Math.ceil(body.count / pieces);
  const title = (word: (node: Tensor) => string) =>
    [...new Set(body.results.map((result) => word(baseOf(result))))].join(", ");
  return {
    ...{ kind: "dispatch", source, slots, groups, choice: null, stages, halves: slots.map(() => false) },
    ...{
      label: title(({ op }) => op.name),
      name: `${title(nameOf)}, ${counted(steps, "step")} of ${counted(stages.length, "stage")}`,
      parts: partsIn(body),
    },
    flops: Math.round(flops / pieces),
    read: total(root.inputs),
    written: total(body.carried) + total(kept) / pieces,
  };
}

/** Where the result of a loop's body for one carry goes. */
class CarryPlan {
  constructor(
    readonly placeholder: Tensor,
    readonly carry: Carry,
  ) {}

  result(): SlotRef {
    return { carry: this.carry, side: this.carry.back === null ? "front" : "back" };
  }
}
