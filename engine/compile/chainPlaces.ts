/** Where the tensors of a chain kernel are: in buffers, or in workgroup memory, of which those of chains have the workgroup's own part only. */

import { stored, type ArgumentWords } from "./emit.ts";
import type { Tensor } from "../tensor.ts";
import { Memory, type Held } from "./chainCourse.ts";
import type { Walk } from "./chainKernel.ts";

/** Where a tensor is. */
export interface Place {
  /** The text of its element at a row-major index. */
  element(this: void, index: string): string;
  /** The variable in workgroup memory; null where it is a buffer. */
  held: Held | null;
}

/** Elements of a tensor that every workgroup computes for itself, at most. */
const MOST_SHARED = 1024;

export class Places {
  readonly memory = new Memory();
  /** Why there can be no kernel; null as long as nothing was found. */
  problem: string | null = null;
  readonly #places = new Map<Tensor, Place>();
  /** The buffer of each tensor that is kept, and how many elements of each chain lie before it. */
  readonly #kept = new Map<Tensor, { buffer: number; before: number }>();

  constructor(
    readonly walk: Walk,
    readonly words: ArgumentWords,
  ) {
    for (const [tensor, { buffer, offset }] of walk.given) {
      const at = (index: string) => (offset === 0 ? index : `${index} + ${offset}u`);
      this.set(tensor, { element: (index) => `given${buffer}[${at(index)}]`, held: null });
    }
    walk.kept.forEach((tensors, buffer) => {
      let before = 0;
      for (const tensor of tensors) {
        this.#kept.set(tensor, { buffer, before });
        before += tensor.size / walk.chains;
      }
    });
  }

  of(tensor: Tensor): Place {
    return this.#places.get(tensor)!;
  }

  set(tensor: Tensor, place: Place): void {
    this.#places.set(tensor, place);
  }

  /** Whether the elements of a tensor belong to chains. */
  ofChains(tensor: Tensor): boolean {
    return this.walk.part(tensor) === "rows";
  }

  /** Elements for each chain, or in all. */
  elements(tensor: Tensor): number {
    return this.ofChains(tensor) ? tensor.size / this.walk.chains : tensor.size;
  }

  /** The first element of a tensor that is the workgroup's. */
  start(tensor: Tensor): string {
    return this.ofChains(tensor) ? scaled("first", this.elements(tensor)) : "0u";
  }

  /** The functions that say how many elements of a tensor are the workgroup's, and which is the first of them. */
  extent(tensor: Tensor): string {
    const elements = this.elements(tensor);
    const items = this.ofChains(tensor) ? scaled("chains", elements) : `${elements}u`;
    return `fn items0() -> u32 { return ${items}; }\nfn from0() -> u32 { return ${this.start(tensor)}; }\n`;
  }

  /** How many elements of a tensor are those of a workgroup with so many chains. */
  items(tensor: Tensor): (chains: number) => number {
    const elements = this.elements(tensor);
    return this.ofChains(tensor) ? (chains) => chains * elements : () => elements;
  }

  /** A place in workgroup memory. */
  hold(tensor: Tensor): Place & { held: Held } {
    const ofChains = this.ofChains(tensor);
    if (tensor.size === 0) this.problem ??= `${tensor.describe()} has no elements`;
    if (!ofChains && tensor.size > MOST_SHARED)
      this.problem ??= `every workgroup would compute all of ${tensor.describe()}`;
    return this.within(this.memory.take(stored[tensor.dtype], this.elements(tensor), ofChains), tensor);
  }

  /** The place of a tensor in a variable that is large enough for it. */
  within(held: Held, tensor: Tensor): Place & { held: Held } {
    const start = this.start(tensor);
    return { element: (index) => `${held.name}[${start === "0u" ? index : `${index} - ${start}`}]`, held };
  }

  /** The text of element i of a tensor among what is kept of the present iteration; null where it is not kept. */
  kept(tensor: Tensor): string | null {
    const place = this.#kept.get(tensor);
    if (place === undefined) return null;
    const { buffer, before } = place;
    const turn = scaled("turn", this.elements(tensor));
    const row = before === 0 ? turn : `(${scaled("STEPS", before)} + ${turn})`;
    return `kept${buffer}[${row} * CHAINS + i]`;
  }
}

export const scaled = (name: string, factor: number): string => (factor === 1 ? name : `${name} * ${factor}u`);
