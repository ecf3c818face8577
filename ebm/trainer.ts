/** The one training loop, for all systems: state, numbers read late, checkpoints. What is drawn and learned is the system's. */

import {
  compile,
  concat,
  costOf,
  currentDevice,
  dispose,
  firstNonFinite,
  foldIn,
  isFinite,
  key as keyOf,
  leavesOf,
  listingOf,
  loopsOf,
  mapTree,
  memoryOf,
  scope,
  tensorsOf,
  toArray,
  where,
  zipTrees,
  type Compiled,
  type HostArray,
  type Key,
  type NamedArrays,
  type NonFinite,
  type Shape,
  type StoredAs,
  type Tensor,
  type Tree,
} from "../engine/index.ts";
import { namedArrays, summaryOf, treeFrom, type Module } from "../nn/index.ts";
import { wordsPer } from "../engine/hostArray.ts";
import type { Evaluated } from "./evaluation/evaluated.ts";
import { recovered } from "./guard.ts";
import type { Blueprint, Explorer, MetricsRow, Observation, OpenOptions, SampleOptions, Training } from "./training.ts";

/** Streams of random numbers, so that a change in one does not shift another. */
export const streams = { init: 1, data: 2, start: 3, walk: 4, observe: 5, recovery: 6 } as const;

/** The keys of one update. */
export type Keys = Record<Exclude<keyof typeof streams, "init" | "recovery">, Key>;

/** Numbers that change from update to update: `rate`, the learning rate, and whatever else a system lets decay. */
export type Levels<N = number> = { rate: N } & Readonly<Record<string, N>>;

/** All that changes in a training, by name. */
export type State = Readonly<Record<string, Tree>>;

/** Samples with the keys that belong to their seed. */
export type SampleAsked = Omit<SampleOptions, "seed"> & { keys: Keys };

/** What a system tells the loop. */
export interface Program<S extends State> {
  /** What learns, by name, and the shape of one item that it takes. */
  readonly nets: Readonly<Record<string, { net: Module; item: Shape }>>;
  /** What it learns from and where that lies, in words; absent where there are no data. */
  readonly data?: string;
  /** Parameters, moments, buffers: all that changes, as it is before the first update. */
  initial(key: Key): S;
  /** What the host uploads for an update, in an order of the system's own. */
  feed(keys: Keys): readonly Tensor[];
  /** The levels of an update, counted from 0. */
  levels(update: number): Levels;
  /** One update as a tensor program; its numbers are scalars. After recoveries its chains walk further (`recovered`). */
  update(
    state: S,
    fed: readonly Tensor[],
    keys: Keys,
    levels: Levels<Tensor>,
    recoveries: number,
  ): { state: S; numbers: Record<string, Tensor> };
  /** How an update keeps its activations. */
  readonly storage: StoredAs;
  /** Whether an update whose numbers are not all finite is left out. */
  readonly skips: boolean;
  /** Pictures and measures after `step` updates; `keys` belong to that step. */
  observe(state: S, keys: Keys, step: number): Promise<Omit<Observation, "step">>;
  sample(state: S, options: SampleAsked): Promise<Omit<Observation, "step">>;
  /** What the chains of these samples go through, a row for each step. */
  record(state: S, options: SampleAsked): Promise<MetricsRow[]>;
  /** `present` is the state at the time it is called, `keysOf` the keys that belong to a seed. */
  explore(present: () => S, keysOf: (seed: number) => Keys): Explorer;
  /** The model that a state holds, for evaluations. */
  evaluated(state: S): Evaluated;
  /** Gives back what the program holds on the device; the state is the loop's. */
  dispose(): void;
}

/** Updates whose numbers may be on their way before the loop waits for the oldest. */
const MOST_UNREAD = 3;

/** Opens a training at update 0, with its shaders compiled unless they are not to be. */
export async function openTraining<S extends State>(
  program: Program<S>,
  seed: number,
  { prepared = true }: OpenOptions = {},
): Promise<Training> {
  const trainer = new Trainer(program, seed);
  if (prepared) await trainer.prepare();
  return trainer;
}

class Trainer<S extends State> implements Training {
  #step = 0;
  #state: S;
  #names: string[] = [];
  #recoveries = 0;
  readonly #root: Key;
  /** The update as it is after so many recoveries. */
  readonly #updates = new Map<number, Update>();
  readonly #unread: { step: number; rate: number; values: Promise<Float32Array> }[] = [];

  constructor(
    readonly program: Program<S>,
    seed: number,
  ) {
    this.#root = keyOf(seed);
    this.#state = this.#initial();
  }

  #initial(): S {
    return initialState(this.program, foldIn(this.#root, streams.init));
  }

  get #update(): Update {
    const recoveries = this.#recoveries;
    const known = this.#updates.get(recoveries);
    if (known !== undefined) return known;
    const made = compiledUpdate(this.program, recoveries, this.program.storage, (names) => (this.#names = names));
    this.#updates.set(recoveries, made);
    return made;
  }

  get step(): number {
    return this.#step;
  }

  get recoveries(): number {
    return this.#recoveries;
  }

  #keys(step: number): Keys {
    const root = this.#recoveries === 0 ? this.#root : foldIn(foldIn(this.#root, streams.recovery), this.#recoveries);
    const key = (stream: number) => foldIn(foldIn(root, stream), step);
    return {
      data: key(streams.data),
      start: key(streams.start),
      walk: key(streams.walk),
      observe: key(streams.observe),
    };
  }

  async prepare(): Promise<void> {
    const { hasHalves, adapter } = currentDevice("train");
    if (this.program.storage === "f16" && !hasHalves)
      throw new RangeError(
        `engine.storage: f16 needs the WebGPU feature shader-f16, which this adapter does not have (${adapter.name}); choose f32`,
      );
    await this.#withNext((...next) => this.#update.prepare(...next));
  }

  #levels(): Levels {
    const levels = this.program.levels(this.#step);
    return { ...levels, rate: recovered.rate(levels.rate, this.#recoveries) };
  }

  /** Hands the arguments of the next update to whoever only looks at them. */
  async #withNext<T>(look: (...next: Parameters<Update>) => Promise<T>): Promise<T> {
    const keys = this.#keys(this.#step);
    const fed = this.program.feed(keys);
    try {
      return await look(this.#state, fed, keys, this.#levels());
    } finally {
      dispose(fed);
    }
  }

  async explain(): Promise<Blueprint> {
    const { program } = this;
    const plan = await this.#withNext((...next) => Promise.resolve(this.#update.trace(...next)));
    const otherwise = program.storage === "f16" ? "f32" : "f16";
    const other = compiledUpdate(program, this.#recoveries, otherwise, () => {});
    const planned = await this.#withNext((...next) => Promise.resolve(memoryOf(other.trace(...next).schedule)));
    other.dispose();
    const bytes = (tree: Tree) =>
      tensorsOf(tree).reduce((total, { size, dtype }) => total + 4 * size * wordsPer(dtype), 0);
    return {
      nets: Object.entries(this.program.nets).map(([name, { net, item }]) => ({
        ...{ name, item },
        layers: summaryOf(net, item),
      })),
      data: this.program.data ?? null,
      state: Object.fromEntries(Object.entries(this.#state).map(([name, tree]) => [name, bytes(tree)])),
      update: {
        cost: costOf(plan.schedule.commands),
        storage: program.storage,
        memory: memoryOf(plan.schedule),
        otherwise: { storage: otherwise, memory: planned },
        loops: loopsOf(plan.schedule),
        explain: (options) => plan.explain(options),
        listing: () => listingOf(plan.schedule),
        profile: () => this.#withNext((...next) => this.#update.profile(...next)),
      },
    };
  }

  inspect(): Promise<NonFinite | null> {
    const { program } = this;
    return this.#withNext((...next) =>
      firstNonFinite(
        (state: S, fed: readonly Tensor[], keys: Keys, levels: Levels<Tensor>) => {
          const { state: after, numbers } = program.update(state, fed, keys, levels, this.#recoveries);
          return [numbers, after];
        },
        ...next,
      ),
    );
  }

  async update(): Promise<void> {
    const keys = this.#keys(this.#step);
    const levels = this.#levels();
    const fed = this.program.feed(keys);
    const { state, numbers } = this.#update(this.#state, fed, keys, levels);
    this.#state = state as S;
    this.#step++;
    const values = toArray(numbers).then(({ data }) => {
      dispose(numbers);
      return data as Float32Array;
    });
    // Failures surface where the numbers are asked for.
    values.catch(() => undefined);
    this.#unread.push({ step: this.#step, rate: levels.rate, values });
    if (this.#unread.length > MOST_UNREAD) await this.#unread[this.#unread.length - MOST_UNREAD].values;
    await currentDevice("train").throttle();
  }

  async metrics(options?: { final: boolean }): Promise<MetricsRow[]> {
    const ready = options?.final ? this.#unread.length : Math.max(this.#unread.length - MOST_UNREAD + 1, 0);
    const rows: MetricsRow[] = [];
    for (const { step, rate, values } of this.#unread.splice(0, ready)) {
      const numbers = await values;
      const row: MetricsRow = { step, learning_rate: rate };
      this.#names.forEach((name, index) => (row[name] = numbers[index]));
      rows.push(row);
    }
    return rows;
  }

  async checkpoint(): Promise<NamedArrays> {
    const counts = { step: this.#step, ...(this.#recoveries > 0 && { recoveries: this.#recoveries }) };
    const arrays = Object.entries(counts).map(
      ([name, count]) => [name, { dtype: "u32", shape: [], data: Uint32Array.of(count) }] as const,
    );
    return { ...Object.fromEntries(arrays), ...(await namedArrays(this.#state)) };
  }

  restore({ step, recoveries, ...arrays }: NamedArrays): void {
    const count = countOf("step", step);
    const recovered = recoveries === undefined ? 0 : countOf("recoveries", recoveries);
    this.#replace(treeFrom(this.#state, arrays), count);
    this.#recoveries = recovered;
  }

  restart(): void {
    this.#replace(this.#initial(), 0);
    this.#recoveries = 0;
  }

  recover(recoveries: number): void {
    this.#recoveries = recoveries;
  }

  #replace(state: S, step: number): void {
    dispose(this.#state);
    this.#state = state;
    this.#step = step;
    this.#unread.length = 0;
  }

  async observe(): Promise<Observation> {
    return { step: this.#step, ...(await this.program.observe(this.#state, this.#keys(this.#step), this.#step)) };
  }

  async sample({ seed, ...options }: SampleOptions): Promise<Observation> {
    const keys = this.#keysOf(seed);
    return { step: this.#step, ...(await this.program.sample(this.#state, { ...options, keys })) };
  }

  record({ seed, ...options }: SampleOptions): Promise<MetricsRow[]> {
    return this.program.record(this.#state, { ...options, keys: this.#keysOf(seed) });
  }

  explore(): Explorer {
    return this.program.explore(
      () => this.#state,
      (seed) => this.#keysOf(seed),
    );
  }

  /** Keys apart from those of the updates, for samples that a person asks for. */
  #keysOf(seed: number): Keys {
    const [high, low] = [Math.floor(seed / 2 ** 32), seed % 2 ** 32];
    return mapTree(this.#keys(0), (key) => foldIn(foldIn(key as Key, high), low));
  }

  evaluated(): Evaluated {
    return this.program.evaluated(this.#state);
  }

  dispose(): void {
    dispose(this.#state);
    for (const update of this.#updates.values()) update.dispose();
    this.program.dispose();
  }
}

type Update = Compiled<
  [state: State, fed: readonly Tensor[], keys: Keys, levels: Levels<Tensor>],
  { state: State; numbers: Tensor }
>;

/** One update as a plan that keeps activations in `storage`; `learnNames` is told what its numbers are called. */
function compiledUpdate<S extends State>(
  program: Program<S>,
  recoveries: number,
  storage: StoredAs,
  learnNames: (names: string[]) => void,
): Update {
  return compile(
    (state: State, fed: readonly Tensor[], keys: Keys, levels: Levels<Tensor>) => {
      const next = program.update(state as S, fed, keys, levels, recoveries);
      learnNames(Object.keys(next.numbers));
      const numbers = concat(Object.values(next.numbers).map((number) => number.reshape([1])));
      return { state: program.skips ? unlessStrange(numbers, next.state, state) : next.state, numbers };
    },
    { donate: [0, 1], storage },
  );
}

/**
 * The next state if all numbers are finite, else the present one. Tables that rows were put into stay as they are put: to choose
 * between two of them would copy both at every update.
 */
function unlessStrange(numbers: Tensor, next: State, present: State): State {
  const fine = isFinite(numbers.sum());
  return zipTrees(next, [present], ([after, before]) =>
    after.op.kind === "update" || after.dtype !== "f32" ? after : where(fine, after, before),
  );
}

/** A count out of a checkpoint. */
function countOf(name: string, array: HostArray | undefined): number {
  if (!(array?.data instanceof Uint32Array) || array.data.length !== 1)
    throw new TypeError(`checkpoint: array "${name}" is missing or not a u32 scalar`);
  return array.data[0];
}

/** The initial state in buffers of its own, each leaf apart from the others. */
function initialState<S extends State>(program: Program<S>, key: Key): S {
  const state = scope(() => program.initial(key));
  const leaves = tensorsOf(state);
  const twice = leavesOf(state).find(([, leaf], index) => leaves.indexOf(leaf as Tensor) !== index);
  if (twice) throw new RangeError(`openTraining: "${twice[0]}" is the same tensor as another part of the state`);
  return state;
}
