/** Workgroup memory of a chain kernel, and the barriers between its stages. */

/** A variable in workgroup memory, which tensors share that are not there at one time. */
export interface Held {
  name: string;
  /** The type of its elements. */
  type: string;
  /** Elements for each chain, or in all where they are no chain's own. */
  elements: number;
  ofChains: boolean;
}

/** Hands out workgroup memory, and takes it back. */
export class Memory {
  readonly variables: Held[] = [];
  readonly #free = new Set<Held>();

  /** Room for a tensor of so many elements: the free variable that fits best, made longer if none is long enough. */
  take(type: string, elements: number, ofChains: boolean): Held {
    const fitting = [...this.#free].filter((held) => held.type === type && held.ofChains === ofChains);
    const enough = fitting.filter((held) => held.elements >= elements).sort((a, b) => a.elements - b.elements);
    const held = enough.at(0) ?? fitting.sort((a, b) => b.elements - a.elements).at(0);
    if (held !== undefined) {
      this.#free.delete(held);
      held.elements = Math.max(held.elements, elements);
      return held;
    }
    const made = { name: `held${this.variables.length}`, type, elements, ofChains };
    this.variables.push(made);
    return made;
  }

  give(held: Held): void {
    this.#free.add(held);
  }

  /** Bytes that so many chains take. */
  bytes(chains: number): number {
    return this.variables.reduce((total, held) => total + bytesOf(held, chains), 0);
  }

  declarations(chains: number): string[] {
    return this.variables.map((held) => `var<workgroup> ${held.name}: array<${held.type}, ${lengthOf(held, chains)}>;`);
  }
}

const lengthOf = ({ elements, ofChains }: Held, chains: number): number => elements * (ofChains ? chains : 1);

/** WebGPU counts each variable in steps of 16 bytes. */
const bytesOf = (held: Held, chains: number): number =>
  16 * Math.ceil((lengthOf(held, chains) * (held.type === "vec2u" ? 8 : 4)) / 16);

/** What a chain kernel does in turn. */
export type Course = readonly (string | { times: string; variable: string; course: Course })[];

const BARRIER = "workgroupBarrier();";

/** Puts stages in a row, with a barrier in front of one that reads what was written since the last barrier, or writes what was read. */
export class Row {
  readonly course: Course[number][] = [];
  readonly #read = new Set<Held>();
  readonly #written = new Set<Held>();

  stage(call: string, reads: readonly Held[], writes: readonly Held[]): void {
    const meets =
      reads.some((held) => this.#written.has(held)) ||
      writes.some((held) => this.#written.has(held) || this.#read.has(held));
    if (meets) this.barrier();
    this.course.push(call);
    for (const held of reads) this.#read.add(held);
    for (const held of writes) this.#written.add(held);
  }

  barrier(): void {
    if (this.#read.size + this.#written.size > 0) this.course.push(BARRIER);
    this.#read.clear();
    this.#written.clear();
  }

  /** Another row, gone through so many times by an index of that name. */
  loop(times: string, variable: string, course: Course): void {
    this.barrier();
    this.course.push({ times, variable, course: [...course, BARRIER] });
  }
}

/** The lines of a function that goes through a course. */
export function courseOf(name: string, course: Course): string {
  const lines = (list: Course, indent: string): string[] =>
    list.flatMap((step) => {
      if (typeof step === "string") return [`${indent}${step}`];
      const { times, variable, course: inner } = step;
      return [
        `${indent}for (var i = 0u; i < ${times}; i++) {`,
        `${indent}  ${variable} = i;`,
        ...lines(inner, `${indent}  `),
        `${indent}}`,
      ];
    });
  return `fn ${name}(thread: u32) {\n${lines(course, "  ").join("\n")}\n}\n`;
}
