/** Eager mode: an op runs as soon as it is called. Each kind of call is a small plan, made once. */

import { optimised } from "./compile/passes.ts";
import { Plan } from "./compile/plan.ts";
import { schedule } from "./compile/schedule.ts";
import { currentDevice, type Device } from "./device/device.ts";
import { ARGUMENT_WORDS, FIRST_ARGUMENT } from "./device/sharedBindings.ts";
import { wordsPer } from "./hostArray.ts";
import { argumentOp, constantOp, inputOp, placeholder } from "./ops/sources.ts";
import { knownWords } from "./reference.ts";
import { owned } from "./scope.ts";
import { onEager, Tensor } from "./tensor.ts";

/** The part of a graph between live tensors and the one wanted. */
interface Fragment {
  /** Equal for fragments that one plan serves: constants count as data. */
  key: string;
  live: Tensor[];
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
  const stores = fragment.live.map((tensor) => tensor.storage!);
  [node.storage] = plan.run(
    stores,
    stores.map(() => false),
    Uint32Array.from(fragment.words),
  );
  node.state = "live";
  owned(node);
}

/** Describes what has to be computed, without building anything. */
function fragmentOf(output: Tensor): Fragment {
  const live: Tensor[] = [];
  const words: number[] = [];
  const seen = new Map<Tensor, string>();
  const visit = (node: Tensor): string => {
    const known = seen.get(node);
    if (known !== undefined) return known;
    seen.set(node, `%${seen.size}`);
    if (node.state === "spent")
      throw new ReferenceError(`${output.op.name}: an operand was disposed or donated before, ${node.describe()}`);
    const shape = `${node.dtype}[${node.shape.join()}]`;
    if (node.storage !== null) return `${shape}@${live.push(node)}`;
    if (isNumber(node, output)) {
      words.push(...knownWords(node));
      return `${node.dtype}$${words.length}`;
    }
    return `${node.op.name}${JSON.stringify(node.attributes)}${shape}(${node.inputs.map(visit).join()})`;
  };
  return { key: visit(output), live, words, output };
}

/**
 * Whether a node is a number of the call rather than a part of its plan. A key known from constants is one, wherever it was
 * split off: so the weights of all layers are drawn by the same kernel.
 */
const isNumber = (node: Tensor, output: Tensor): boolean =>
  node.op === (constantOp as unknown) ||
  (node.dtype === "key" && node.rank === 0 && node.state === "lazy" && node !== output);

/** The fragment as a graph over placeholders. */
function symbolic({ output }: Fragment): { inputs: Tensor[]; output: Tensor; words: Map<Tensor, number> } {
  const inputs: Tensor[] = [];
  const words = new Map<Tensor, number>();
  let word = FIRST_ARGUMENT;
  const made = new Map<Tensor, Tensor>();
  const visit = (node: Tensor): Tensor => {
    const known = made.get(node);
    if (known !== undefined) return known;
    let copy: Tensor;
    if (node.storage !== null) {
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

onEager(execute);
