/**
 * Reads Python pickles without running anything. A pickle is a program for a stack machine; this machine knows the
 * opcodes that build plain data, and of globals only those that its caller lists. All else is an error.
 */
//
// Python's values become: None null, bool boolean, int number (bigint where a number is not exact), float number,
// str string, bytes Uint8Array, list and tuple an array, dict a Map from strings and numbers. Opcodes: pickletools.py.

import { FormatError } from "../formatError.ts";

/** Makes a value from the arguments of a call; undefined when they are not what it expects. */
export type Maker = (args: readonly unknown[]) => unknown;

/** The globals that may occur, `module.name`, and what calling one makes; null for those that are only named. */
export type Globals = Readonly<Record<string, Maker | null>>;

/** A global that stands as a value. */
export class Global {
  constructor(
    readonly name: string,
    readonly make: Maker | null,
  ) {}
}

/** A made value whose state follows it; `setState` returns false when that is not what it expects. */
export abstract class Stateful {
  abstract setState(state: unknown): boolean;
}

export interface PickleOptions {
  globals: Globals;
  /** What a persistent id stands for; undefined when it is none. */
  persistent: (id: unknown) => unknown;
  /** The byte at which the pickle begins; 0 unless given. */
  start?: number;
}

/**
 * The value of one pickle, of protocol 2 to 5, and the byte behind its end.
 * @throws FormatError naming the opcode or the global, and its byte
 */
export function readPickle(bytes: Uint8Array, { globals, persistent, start = 0 }: PickleOptions): [unknown, number] {
  return new Machine(bytes, start, globals, persistent).run();
}

type Action = (machine: Machine) => void;

/** Every opcode that is known, with what it does. */
const opcodes: ReadonlyMap<number, Action> = new Map<number, Action>([
  /* PROTO */ [0x80, (m) => m.protocol(m.unsigned(1))],
  /* FRAME */ [0x95, (m) => m.unsigned(8)],
  /* NONE */ [0x4e, (m) => m.push(null)],
  /* NEWTRUE */ [0x88, (m) => m.push(true)],
  /* NEWFALSE */ [0x89, (m) => m.push(false)],
  /* BININT */ [0x4a, (m) => m.push(m.unsigned(4) | 0)],
  /* BININT1 */ [0x4b, (m) => m.push(m.unsigned(1))],
  /* BININT2 */ [0x4d, (m) => m.push(m.unsigned(2))],
  /* LONG1 */ [0x8a, (m) => m.push(integerOf(m.take(m.unsigned(1))))],
  /* BINFLOAT */ [0x47, (m) => m.push(m.float())],
  /* SHORT_BINSTRING */ [0x55, (m) => m.push(m.text(m.unsigned(1)))],
  /* BINSTRING */ [0x54, (m) => m.push(m.text(m.unsigned(4)))],
  /* SHORT_BINUNICODE */ [0x8c, (m) => m.push(m.text(m.unsigned(1)))],
  /* BINUNICODE */ [0x58, (m) => m.push(m.text(m.unsigned(4)))],
  /* BINUNICODE8 */ [0x8d, (m) => m.push(m.text(m.unsigned(8)))],
  /* SHORT_BINBYTES */ [0x43, (m) => m.push(m.take(m.unsigned(1)))],
  /* BINBYTES */ [0x42, (m) => m.push(m.take(m.unsigned(4)))],
  /* EMPTY_LIST */ [0x5d, (m) => m.push([])],
  /* APPEND */ [0x61, (m) => m.append([m.pop()])],
  /* APPENDS */ [0x65, (m) => m.append(m.popMark())],
  /* EMPTY_TUPLE */ [0x29, (m) => m.push([])],
  /* TUPLE1 */ [0x85, (m) => m.push(m.popMany(1))],
  /* TUPLE2 */ [0x86, (m) => m.push(m.popMany(2))],
  /* TUPLE3 */ [0x87, (m) => m.push(m.popMany(3))],
  /* TUPLE */ [0x74, (m) => m.push(m.popMark())],
  /* EMPTY_DICT */ [0x7d, (m) => m.push(new Map())],
  /* SETITEM */ [0x73, (m) => m.setItems(m.popMany(2))],
  /* SETITEMS */ [0x75, (m) => m.setItems(m.popMark())],
  /* MARK */ [0x28, (m) => m.mark()],
  /* BINPUT */ [0x71, (m) => m.remember(m.unsigned(1))],
  /* LONG_BINPUT */ [0x72, (m) => m.remember(m.unsigned(4))],
  /* MEMOIZE */ [0x94, (m) => m.remember(m.memo.size)],
  /* BINGET */ [0x68, (m) => m.recall(m.unsigned(1))],
  /* LONG_BINGET */ [0x6a, (m) => m.recall(m.unsigned(4))],
  /* GLOBAL */ [0x63, (m) => m.global(m.line(), m.line())],
  /* STACK_GLOBAL */ [0x93, (m) => m.global(...(m.popMany(2) as [unknown, unknown]))],
  /* BINPERSID */ [0x51, (m) => m.identify(m.pop())],
  /* REDUCE */ [0x52, (m) => m.call(...(m.popMany(2) as [unknown, unknown]))],
  /* BUILD */ [0x62, (m) => m.setState(m.pop())],
]);
const stop = 0x2e;

/** Opcodes that exist but have no place in plain data, for messages. */
const refusedNames: Readonly<Record<number, string>> = {
  ...{ 0x30: "POP", 0x31: "POP_MARK", 0x32: "DUP", 0x46: "FLOAT", 0x49: "INT", 0x4c: "LONG", 0x50: "PERSID" },
  ...{ 0x53: "STRING", 0x56: "UNICODE", 0x64: "DICT", 0x67: "GET", 0x69: "INST", 0x6c: "LIST", 0x6f: "OBJ" },
  ...{ 0x70: "PUT", 0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x8b: "LONG4", 0x8e: "BINBYTES8" },
  ...{ 0x8f: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET", 0x92: "NEWOBJ_EX", 0x96: "BYTEARRAY8" },
  ...{ 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER" },
};

class Machine {
  readonly memo = new Map<number, unknown>();
  private readonly stack: unknown[] = [];
  /** Heights of the stack; nothing below the last is reached. */
  private readonly marks: number[] = [];
  private readonly view: DataView;
  private readonly decoder = new TextDecoder("utf-8", { fatal: true });
  /** Where the present opcode stands. */
  private at: number;

  constructor(
    private readonly bytes: Uint8Array,
    private next: number,
    private readonly globals: Globals,
    private readonly persistent: (id: unknown) => unknown,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = next;
  }

  run(): [unknown, number] {
    for (;;) {
      this.at = this.next;
      const opcode = this.unsigned(1);
      if (opcode === stop) return [this.pop(), this.next];
      const action = opcodes.get(opcode);
      if (action === undefined) this.refuse(`opcode ${nameOf(opcode)} is not allowed`);
      action(this);
    }
  }

  refuse(problem: string): never {
    throw new FormatError(`pickle: ${problem}, at byte ${this.at}`);
  }

  take(count: number): Uint8Array {
    const left = this.bytes.length - this.next;
    if (count > left) this.refuse(`truncated, expected ${count} more bytes, got ${left}`);
    return this.bytes.subarray(this.next, (this.next += count));
  }

  /** An integer of 1, 2, 4 or 8 bytes, little-endian; one beyond 2⁵³ is rounded, and more than any file holds. */
  unsigned(size: 1 | 2 | 4 | 8): number {
    return this.take(size).reduceRight((number, byte) => number * 256 + byte, 0);
  }

  float(): number {
    this.take(8);
    return this.view.getFloat64(this.next - 8);
  }

  text(length: number): string {
    const bytes = this.take(length);
    try {
      return this.decoder.decode(bytes);
    } catch {
      return this.refuse("a string is not UTF-8");
    }
  }

  line(): string {
    const end = this.bytes.indexOf(0x0a, this.next);
    if (end < 0) this.refuse("truncated within the name of a global");
    const text = this.text(end - this.next);
    this.next++;
    return text;
  }

  push(value: unknown): void {
    this.stack.push(value);
  }

  pop(): unknown {
    return this.popMany(1)[0];
  }

  popMany(count: number): unknown[] {
    if (this.stack.length - count < (this.marks.at(-1) ?? 0)) this.refuse("nothing is left on the stack");
    return this.stack.splice(this.stack.length - count);
  }

  popMark(): unknown[] {
    const height = this.marks.pop();
    return height === undefined ? this.refuse("there is no mark on the stack") : this.stack.splice(height);
  }

  mark(): void {
    this.marks.push(this.stack.length);
  }

  protocol(version: number): void {
    if (version < 2 || version > 5) this.refuse(`protocol ${version}; known are 2 to 5`);
  }

  remember(place: number): void {
    this.memo.set(place, this.top());
  }

  recall(place: number): void {
    if (!this.memo.has(place)) this.refuse(`nothing is remembered as ${place}`);
    this.push(this.memo.get(place));
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    if (!Array.isArray(list)) this.refuse("only a list can be appended to");
    for (const item of items) list.push(item);
  }

  setItems(items: readonly unknown[]): void {
    const dict = this.top();
    if (!(dict instanceof Map)) this.refuse("only a dict has items");
    if (items.length % 2 !== 0) this.refuse("a key has no value");
    for (let i = 0; i < items.length; i += 2) {
      const key = items[i];
      if (typeof key !== "string" && typeof key !== "number") this.refuse("a key is neither a string nor a number");
      dict.set(key, items[i + 1]);
    }
  }

  global(module: unknown, name: unknown): void {
    if (typeof module !== "string" || typeof name !== "string") this.refuse("the name of a global is no string");
    const full = `${module}.${name}`;
    if (!Object.hasOwn(this.globals, full))
      this.refuse(`global "${full.slice(0, 200)}" is not allowed, only plain data and tensors are read`);
    this.push(new Global(full, this.globals[full]));
  }

  identify(id: unknown): void {
    const value = this.persistent(id);
    if (value === undefined) this.refuse("a persistent id is not understood");
    this.push(value);
  }

  call(callee: unknown, args: unknown): void {
    if (!(callee instanceof Global) || callee.make === null) this.refuse("what is called is no function");
    const value = Array.isArray(args) ? callee.make(args) : undefined;
    if (value === undefined) this.refuse(`the arguments of ${callee.name} are not understood`);
    this.push(value);
  }

  /** A dict's state is attributes, such as the versions of modules; they hold nothing that is asked for. */
  setState(state: unknown): void {
    const target = this.top();
    const understood = target instanceof Stateful ? target.setState(state) : target instanceof Map;
    if (!understood) this.refuse("the state of an object is not understood");
  }

  private top(): unknown {
    if (this.stack.length <= (this.marks.at(-1) ?? 0)) this.refuse("nothing is left on the stack");
    return this.stack.at(-1);
  }
}

const nameOf = (opcode: number): string =>
  `0x${opcode.toString(16).padStart(2, "0")}${opcode in refusedNames ? ` ${refusedNames[opcode]}` : ""}`;

/** A little-endian integer in two's complement. */
function integerOf(bytes: Uint8Array): number | bigint {
  const digits = Array.from(bytes.toReversed(), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const integer = BigInt.asIntN(8 * bytes.length, BigInt(`0x0${digits}`));
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}
