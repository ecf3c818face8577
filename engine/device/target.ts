/** What programs are compiled for: the properties of an adapter that decide how. */

import type { Choices } from "../form.ts";
import type { AdapterChoice } from "../platform/adapter.ts";

export interface Target {
  /** The most buffers that a kernel may read besides the one it writes. */
  mostReads: number;
  /**
   * The lanes of a subgroup, where kernels by subgroups are the fast ones: on software adapters, whose loads cost many times
   * what a broadcast does, and whose subgroups have one known size. Null elsewhere.
   */
  lanes: Lanes | null;
  /** Whether tiles in workgroup memory are the fast form: on GPUs. Processors pay for every barrier. */
  tiles: boolean;
  /**
   * Which loops are walked by one kernel, if their chains do not meet (engine/compile/chain.ts): those whose stages are so `small` that starting
   * a dispatch for each would take most of the time, as on GPUs, `all`, or `none`, as on processors, which pay for every barrier.
   */
  chains: "none" | "small" | "all";
  /** Bytes of memory that the threads of a workgroup may share. */
  workgroupBytes: number;
  /** Forms of kernels that were chosen instead of the tables'; what is compiled from now on takes them. */
  choices: Choices;
  /** How many of so many elements a thread of an elementwise kernel computes. */
  elements(this: void, count: number): number;
  /** From how many elements on a tensor is kept in f16, where a program asks for that. */
  leastHalf: number;
  /**
   * Whether it takes longer to find out how long a buffer is, which every index is compared to, than to read from it; kernels then ask as
   * rarely as they can.
   */
  dearLengths: boolean;
}

/** Sizes of subgroups that there are kernels for: SwiftShader's and llvmpipe's. */
export type Lanes = 4 | 8;

/**
 * Which forms of kernels are used: those that suit the adapter, or, to hold them against each other, the plain ones that run
 * on all, or those for GPUs wherever it is: `tiles`, or `chains`, which are the plain ones but for loops.
 */
export type KernelChoice = "suited" | "plain" | "tiles" | "chains";

/**
 * Starting a thread costs a processor what some elements do; where there are enough, it gets as many as buffers are rounded up to
 * (pool.ts). A GPU wants all the threads it can get.
 */
const onProcessor = (count: number): number => (count < 2 ** 16 ? 16 : 64);
const onGpu = (count: number): number => (count < 2 ** 20 ? 1 : 4);

/** Even slow memory moves 16 KiB, this many f32, in less time than a GPU takes to start a kernel: to halve them gains nothing. */
const LEAST_HALF = 4096;

/** What to compile for on a device of an adapter. */
export function targetOf(gpu: GPUDevice, { adapter, software, source }: AdapterChoice, kernels: KernelChoice): Target {
  const { subgroupMinSize: least, subgroupMaxSize: most } = adapter.info;
  const known = gpu.features.has("subgroups") && least === most && (least === 4 || least === 8);
  const lanes = software && known ? least : null;
  return {
    mostReads: gpu.limits.maxStorageBuffersPerShaderStage - 1,
    lanes: kernels === "suited" ? lanes : null,
    tiles: kernels === "tiles" || (kernels === "suited" && !software),
    // The null back end is there to tell what the host takes for dispatches.
    chains: kernels === "chains" ? "all" : kernels === "suited" && !software && source !== "null" ? "small" : "none",
    workgroupBytes: gpu.limits.maxComputeWorkgroupStorageSize,
    choices: new Map(),
    elements:
      kernels === "plain" || kernels === "chains" ? () => 1 : kernels === "suited" && software ? onProcessor : onGpu,
    leastHalf: LEAST_HALF,
    dearLengths: lanes === 4,
  };
}
