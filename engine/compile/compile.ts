/** Compilation: a function of tensors, traced once per set of shapes and replayed from then on. */

import { currentDevice, type Device } from "../device/device.ts";
import { ARGUMENT_WORDS, FIRST_ARGUMENT } from "../device/sharedBindings.ts";
import type { Storage } from "../device/storage.ts";
import { materialise } from "../eager.ts";
import { wordsOf, wordsPer, type DType } from "../hostArray.ts";
import { argumentOp, inputOp, placeholder } from "../ops/sources.ts";
import { knownWords } from "../reference.ts";
import { Tensor } from "../tensor.ts";
import { trace } from "../tracing.ts";
import { leavesOf, mapTree, tensorsOf, type Tree } from "../tree.ts";
import { adopt } from "../scope.ts";
import { chained } from "./chain.ts";
import { close } from "./close.ts";
import type { StoredAs } from "./halves.ts";
import { optimised } from "./passes.ts";
import { Plan } from "./plan.ts";
import type { Profile } from "./profile.ts";
import { schedule } from "./schedule.ts";

/** What may be given for a parameter of a compiled function: a number wherever it takes a scalar tensor, by itself or by name. */
export type Given<T> = T extends Tensor
  ? Tensor | number
  : T extends { readonly [name: string]: Tensor }
    ? { readonly [Name in keyof T]: Tensor | number }
    : T;

export interface CompileOptions {
  /** Positions of arguments whose tensors the function may overwrite; the caller can no longer use them. */
  donate?: readonly number[];
  /**
   * How the program keeps tensors of its own between kernels: `f32`, as by default, or `f16` those that bear it (`halvesOf` says which),
   * in half the memory; arithmetic is f32 all the same. What is beyond 65 504 then becomes infinite, as what is beyond f32 always does.
   */
  storage?: StoredAs;
}

export interface Compiled<A extends readonly unknown[], R extends Tree> {
  (...inputs: { [K in keyof A]: Given<A[K]> }): R;
  /** Traces for arguments like these and compiles the shaders in parallel; then the first call is as fast as any. */
  prepare(...inputs: { [K in keyof A]: Given<A[K]> }): Promise<Plan>;
  /** Traces for arguments like these and compiles no shader: a plan to look at. */
  trace(...inputs: { [K in keyof A]: Given<A[K]> }): Plan;
  /**
   * Measures what each dispatch takes with these arguments, on copies of them: they keep their content, donated ones too.
   * By GPU timestamps where the adapter has them, else by the host's clock; the profile says which.
   */
  profile(...inputs: { [K in keyof A]: Given<A[K]> }): Promise<Profile>;
  /** Gives up all plans and their buffers. */
  dispose(): void;
}

type Program = (...inputs: readonly unknown[]) => Tree;

/** A program traced for arguments of certain shapes. */
interface Traced {
  plan: Plan;
  /** Buffers that the program reads besides its arguments; held, so that nobody overwrites or reuses them. */
  captured: readonly Storage[];
  result: Tree;
}

/**
 * Compiles a function of trees of tensors. Numbers (and keys) given for scalars are data: other numbers are another run
 * of the same plan. Other shapes are another trace. Tensors from outside that the function reads stay what they were.
 */
export function compile<A extends readonly unknown[], R extends Tree>(
  program: (...inputs: A) => R,
  options: CompileOptions = {},
): Compiled<A, R> {
  const traces = new Map<string, Traced>();
  const donate = new Set(options.donate ?? []);
  const storage = options.storage ?? "f32";

  const tracedFor = (device: Device, leaves: readonly Leaf[], inputs: readonly unknown[]): Traced => {
    const key = leaves.map(({ path, kind }) => `${path} ${kind}`).join("; ");
    const known = traces.get(key);
    if (known !== undefined && known.plan.device === device) return known;
    const made = traceProgram(device, program as unknown as Program, inputs, leaves, storage);
    traces.set(key, made);
    return made;
  };

  const run = (...inputs: unknown[]): Tree => {
    const device = currentDevice("compile");
    expectAble(device, storage);
    const leaves = leavesOfArguments(inputs, donate);
    const traced = tracedFor(device, leaves, inputs);
    const { plan, captured, result } = traced;
    const given = leaves.filter(({ tensor }) => tensor !== null);
    const twice = given.find(
      ({ tensor, donated }) => donated && given.filter((other) => other.tensor === tensor).length > 1,
    );
    if (twice)
      throw new RangeError(
        `compile: argument ${twice.path} is donated and given a second time, ${twice.tensor!.describe()}`,
      );
    const donated = [...given.map((leaf) => leaf.donated), ...captured.map(() => false)];
    const results = plan.run(storesOf(leaves, traced), donated, parameterWords(leaves));
    for (const { tensor, donated: gone } of given)
      if (gone) {
        tensor!.state = "spent";
        tensor!.storage = null;
      }
    let next = 0;
    return mapTree(result, (leaf) => adopt(leaf as Tensor, results[next++]));
  };

  const planFor = (...inputs: unknown[]): Plan =>
    tracedFor(currentDevice("compile"), leavesOfArguments(inputs, donate), inputs).plan;

  return Object.assign(run, {
    trace: planFor,
    async prepare(...inputs: unknown[]) {
      expectAble(currentDevice("compile"), storage);
      const plan = planFor(...inputs);
      await plan.prepare();
      return plan;
    },
    profile(...inputs: unknown[]) {
      expectAble(currentDevice("compile"), storage);
      const leaves = leavesOfArguments(inputs, donate);
      const traced = tracedFor(currentDevice("compile"), leaves, inputs);
      return traced.plan.profile(storesOf(leaves, traced), parameterWords(leaves));
    },
    dispose() {
      for (const { plan, captured } of traces.values()) {
        plan.dispose();
        for (const storage of captured) storage.release();
      }
      traces.clear();
    },
  }) as unknown as Compiled<A, R>;
}

/** A leaf of the arguments: a tensor in a buffer, or a number for the parameter block. */
interface Leaf {
  path: string;
  /** What distinguishes traces: `f32 [2, 3] donated`, `number`, `key`. */
  kind: string;
  tensor: Tensor | null;
  donated: boolean;
  words: readonly number[];
  dtype: DType;
}

function leavesOfArguments(inputs: readonly unknown[], donate: ReadonlySet<number>): Leaf[] {
  return inputs.flatMap((argument, position) =>
    leavesOf(argument, String(position)).map(([path, leaf]): Leaf => {
      if (typeof leaf === "number")
        return { path, kind: "number", tensor: null, donated: false, words: wordsOf(leaf, "f32"), dtype: "f32" };
      if (!(leaf instanceof Tensor))
        throw new TypeError(`compile: argument ${path} is neither a tensor nor a number, got ${String(leaf)}`);
      if (leaf.state === "spent" || leaf.state === "symbolic")
        throw new ReferenceError(
          `compile: argument ${path} is ${leaf.state === "spent" ? "disposed or donated" : "part of another trace"}, ${leaf.describe()}`,
        );
      if (leaf.state === "lazy" && leaf.rank === 0)
        return { path, kind: leaf.dtype, tensor: null, donated: false, words: knownWords(leaf), dtype: leaf.dtype };
      materialise(leaf);
      const donated = donate.has(position);
      return {
        path,
        kind: `${leaf.dtype} [${leaf.shape.join(", ")}]${donated ? " donated" : ""}`,
        tensor: leaf,
        donated,
        words: [],
        dtype: leaf.dtype,
      };
    }),
  );
}

/** The buffers that a plan is given: those of the arguments, then what the program reads besides. */
const storesOf = (leaves: readonly Leaf[], { captured }: Traced): Storage[] => [
  ...leaves.flatMap(({ tensor }) => (tensor === null ? [] : [tensor.storage!])),
  ...captured,
];

function parameterWords(leaves: readonly Leaf[]): Uint32Array {
  return Uint32Array.from(leaves.flatMap(({ words }) => words));
}

/** Throws a RangeError where an adapter cannot keep tensors as they were asked for. */
function expectAble({ hasHalves, adapter }: Device, storage: StoredAs): void {
  if (storage === "f16" && !hasHalves)
    throw new RangeError(
      `compile: storage "f16" needs the WebGPU feature shader-f16, which this adapter does not have (${adapter.name}); choose "f32"`,
    );
}

function traceProgram(
  device: Device,
  program: Program,
  inputs: readonly unknown[],
  leaves: readonly Leaf[],
  storage: StoredAs,
): Traced {
  const words = new Map<Tensor, number>();
  let word = FIRST_ARGUMENT;
  const nodes = leaves.map(({ tensor, dtype, path }) => {
    if (tensor !== null) return placeholder(inputOp, { shape: tensor.shape, dtype, label: path });
    const node = placeholder(argumentOp, { dtype });
    words.set(node, word);
    word += wordsPer(dtype);
    return node;
  });
  let next = 0;
  const traced = inputs.map((argument) => mapTree(argument, () => nodes[next++]));
  const result = trace(() => program(...traced));
  for (const [path, leaf] of leavesOf(result))
    if (!(leaf instanceof Tensor))
      throw new TypeError(`compile: the result ${path || "itself"} is not a tensor, got ${String(leaf)}`);
  if (word - FIRST_ARGUMENT > ARGUMENT_WORDS)
    throw new RangeError(
      `compile: the numbers given take ${word - FIRST_ARGUMENT} words, a program has room for ${ARGUMENT_WORDS}; put them into a tensor`,
    );
  const { outputs: closed, captured } = close(tensorsOf(result));
  // A chain stores no activations, so that with it they would be other numbers than halves are.
  const simplified = optimised(closed);
  const outputs = storage === "f16" ? simplified : chained(simplified, words, device.target);
  const placeholders = [
    ...nodes.filter((_, at) => leaves[at].tensor !== null),
    ...captured.map((entry) => entry.placeholder),
  ];
  const donated = new Set(nodes.filter((_, at) => leaves[at].donated));
  const plan = new Plan(device, schedule(placeholders, donated, outputs, words, device.target, { storage }));
  return { plan, captured: captured.map(({ tensor }) => tensor.storage!.hold()), result };
}
