/**
 * Eager mode: a kernel runs as soon as it is called; an op that computes element by element waits, and becomes part of the kernel
 * that reads it. So an activation is one kernel, and so is its gradient. Each kind of call is a small plan, made once.
 */

import { optimised } from "./compile/passes.ts";
import { Plan } from "./compile/plan.ts";
import { schedule } from "./compile/schedule.ts";
import { currentDevice, type Device } from "./device/device.ts";
import { ARGUMENT_WORDS, FIRST_ARGUMENT } from "./device/sharedBindings.ts";
import type { Storage } from "./device/storage.ts";
import { wordsPer } from "./hostArray.ts";
import { argumentOp, constantOp, inputOp, placeholder } from "./ops/sources.ts";
import { precedesOp } from "./ops/sort.ts";
import { knownWords } from "./reference.ts";
import { owned } from "./scope.ts";
import { onEager, Tensor, type Waiting } from "./tensor.ts";

/** The most arithmetic that waits: every kernel that reads a waiting tensor repeats it. */
const MOST_WAITING = 64;

/** The part of a graph between live tensors and the one wanted. */
interface Fragment {
  /** Equal for fragments that one plan serves: constants count as data. */
  key: string;
  live: ReadonlyMap<Tensor, Storage>;
  words: number[];
  output: Tensor;
}

const plans = new WeakMap<Device, Map<string, Plan>>();

/** Puts a tensor into a buffer, if it is not in one. */
export function materialise(node: Tensor): void {
  if (node.state === "spent")
    throw new ReferenceError(`read: the tensor was disposed or donated before, ${node.describe()}`);
  if (node.state === "symbolic")
    throw new ReferenceError(`read: the tensor is part of a trace and has no value, ${node.describe()}`);
  if (node.state !== "live") execute(node);
}

/** Lets go of what a tensor held while it waited. */
export function waitNoMore(node: Tensor): void {
  for (const storage of node.waiting?.reads.values() ?? []) storage.release();
  node.waiting = null;
}

/** What an op on live tensors does when it is called. */
function call(node: Tensor): void {
  const device = currentDevice(node.op.name);
  device.check();
  const { reads, cost } = expressionOf(node);
  const short = cost <= MOST_WAITING && reads.size <= device.target.mostReads;
  if (node.op.kind !== "elementwise" || !short) return execute(node);
  for (const storage of reads.values()) storage.hold();
  node.waiting = { reads, cost };
  node.state = "waiting";
  owned(node);
}

/**
 * What a node reads and computes together with the waiting tensors among its inputs. Those that it could not take into its own
 * kernel, or only to compute them many times over, are computed here.
 */
function expressionOf(node: Tensor): Waiting {
  const reads = new Map<Tensor, Storage>();
  let cost = node.op.kind === "elementwise" ? node.op.cost : 0;
  const visit = (input: Tensor, repeated: boolean): void => {
    if (input.state === "spent") throw gone(node, input);
    if (input.state === "waiting" && repeated) execute(input);
    if (input.storage !== null) reads.set(input, input.storage);
    else if (input.waiting !== null) {
      for (const [tensor, storage] of input.waiting.reads) reads.set(tensor, storage);
      cost += input.waiting.cost;
    } else if (input.state === "view") for (const from of input.inputs) visit(from, repeated || input.size > from.size);
  };
  for (const input of node.inputs) visit(input, !takesExpressions(node));
  return { reads, cost };
}

/**
 * Whether an op computes expressions in the place of its inputs. Extremes and orders could, but compare elements with each other,
 * and gradients compare them with the result: then they must be the same bits, and a formula that is computed twice may be rounded in two ways.
 */
const takesExpressions = ({ op }: Tensor): boolean =>
  (op.kind === "elementwise" && op !== precedesOp) || (op.kind === "reduce" && op.combine.identity === 0);

function execute(node: Tensor): void {
  const device = currentDevice(node.op.name);
  const fragment = fragmentOf(node);
  if (fragment.words.length > ARGUMENT_WORDS)
    throw new RangeError(
      `${node.op.name}: ${fragment.words.length} words of numbers in one expression, there is room for ${ARGUMENT_WORDS}; put them into a tensor`,
    );
  const known = plans.get(device) ?? new Map<string, Plan>();
  plans.set(device, known);
  let plan = known.get(fragment.key);
  if (plan === undefined) {
    const traced = symbolic(fragment);
    plan = new Plan(
      device,
      schedule(traced.inputs, new Set(), optimised([traced.output]), traced.words, device.target),
    );
    known.set(fragment.key, plan);
  }
  const stores = [...fragment.live.values()];
  [node.storage] = plan.run(
    stores,
    stores.map(() => false),
    Uint32Array.from(fragment.words),
  );
  waitNoMore(node);
  node.state = "live";
  owned(node);
}

/** Describes what has to be computed, without building anything. */
function fragmentOf(output: Tensor): Fragment {
  const live = new Map<Tensor, Storage>();
  const words: number[] = [];
  const seen = new Map<Tensor, string>();
  // A waiting tensor knows the buffers behind it, whatever has become of the tensors on the way.
  const visit = (node: Tensor, held: Waiting | null): string => {
    const known = seen.get(node);
    if (known !== undefined) return known;
    seen.set(node, `%${seen.size}`);
    const behind = held ?? node.waiting;
    const storage = node.storage ?? behind?.reads.get(node);
    if (node.state === "spent" && behind === null) throw gone(output, node);
    const shape = `${node.dtype}[${node.shape.join()}]`;
    if (storage !== undefined) return `${shape}@${live.set(node, storage).size}`;
    if (isNumber(node, output)) {
      words.push(...knownWords(node));
      return `${node.dtype}$${words.length}`;
    }
    const inputs = node.inputs.map((input) => visit(input, behind));
    return `${node.op.name}${JSON.stringify(node.attributes)}${shape}(${inputs.join()})`;
  };
  return { key: visit(output, null), live, words, output };
}

const gone = (node: Tensor, operand: Tensor): ReferenceError =>
  new ReferenceError(`${node.op.name}: an operand was disposed or donated before, ${operand.describe()}`);

/**
 * Whether a node is a number of the call rather than a part of its plan. A key known from constants is one, wherever it was
 * split off: so the weights of all layers are drawn by the same kernel.
 */
const isNumber = (node: Tensor, output: Tensor): boolean =>
  node.op === (constantOp as unknown) ||
  (node.dtype === "key" && node.rank === 0 && node.state === "lazy" && node !== output);

/** The fragment as a graph over placeholders. */
function symbolic({ output, live }: Fragment): { inputs: Tensor[]; output: Tensor; words: Map<Tensor, number> } {
  const inputs: Tensor[] = [];
  const words = new Map<Tensor, number>();
  let word = FIRST_ARGUMENT;
  const made = new Map<Tensor, Tensor>();
  const visit = (node: Tensor): Tensor => {
    const known = made.get(node);
    if (known !== undefined) return known;
    let copy: Tensor;
    if (live.has(node)) {
      copy = placeholder(inputOp, { shape: node.shape, dtype: node.dtype, label: "operand" });
      inputs.push(copy);
    } else if (isNumber(node, output)) {
      copy = placeholder(argumentOp, { dtype: node.dtype });
      words.set(copy, word);
      word += wordsPer(node.dtype);
    } else copy = new Tensor(node.op, node.inputs.map(visit), node.attributes, node.shape, node.dtype, "symbolic");
    made.set(node, copy);
    return copy;
  };
  return { output: visit(output), inputs, words };
}

onEager(call);
