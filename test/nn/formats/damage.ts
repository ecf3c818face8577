// Files damaged at random, and what a reader of files owes them.
import fc from "fast-check";
import { expect } from "vitest";
import { FormatError } from "../../../nn/formatError.ts";
import { check } from "../../engine/property.ts";

/** One thing done to a file; where it happens wraps around the file's end. */
type Damage = (bytes: Uint8Array) => Uint8Array;

const place = fc.nat(0xffff);

const splice = (bytes: Uint8Array, at: number, removed: number, added: Iterable<number>): Uint8Array => {
  const start = at % (bytes.length + 1);
  return Uint8Array.from([...bytes.subarray(0, start), ...added, ...bytes.subarray(start + removed)]);
};

/** Integers as headers spell sizes, of 4 and 8 bytes and as decimals, from just too large to absurd. */
const hugeSize = fc.constantFrom(
  [0xff, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0x7f],
  [0, 0, 0, 1, 0, 0, 0, 0],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [...new TextEncoder().encode("9007199254740991")],
  [...new TextEncoder().encode("4294967296")],
);

const damages: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(place, fc.nat(7)).map(([at, bit]): Damage => {
    return (bytes) => bytes.map((byte, i) => (i === at % bytes.length ? byte ^ (1 << bit) : byte));
  }),
  fc.tuple(place, fc.nat(255)).map(
    ([at, byte]): Damage =>
      (bytes) =>
        splice(bytes, at, 1, [byte]),
  ),
  place.map(
    (at): Damage =>
      (bytes) =>
        bytes.slice(0, at % (bytes.length + 1)),
  ),
  fc.tuple(place, fc.uint8Array({ maxLength: 8 })).map(
    ([at, added]): Damage =>
      (bytes) =>
        splice(bytes, at, 0, added),
  ),
  fc.tuple(place, fc.nat(8)).map(
    ([at, removed]): Damage =>
      (bytes) =>
        splice(bytes, at, removed, []),
  ),
  fc.tuple(place, hugeSize).map(
    ([at, size]): Damage =>
      (bytes) =>
        splice(bytes, at, size.length, size),
  ),
  // One opcode, bracket or byte many times over: deep nesting, long names, sizes in unary.
  fc.tuple(place, fc.integer({ min: 1, max: 2000 })).map(
    ([at, times]): Damage =>
      (bytes) =>
        splice(bytes, at, 0, Array<number>(times).fill(bytes[at % bytes.length])),
  ),
  // A piece of the file somewhere else in it.
  fc.tuple(place, place, fc.nat(40)).map(([from, to, length]): Damage => {
    return (bytes) => splice(bytes, to, 0, bytes.slice(from % bytes.length, (from % bytes.length) + length));
  }),
);

/** One of `files` with one to three things done to it. */
const damaged = (...files: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(fc.constantFrom(...files), fc.array(damages, { minLength: 1, maxLength: 3 }))
    .map(([file, all]) => all.reduce((bytes, damage) => (bytes.length === 0 ? bytes : damage(bytes)), file));

/** How the files of one property fared. */
interface Tally {
  read: number;
  refused: number;
}

/** Holds a reader against many damaged files; some must be readable still, and many not. The seed is printed by failures. */
export async function fuzz(files: Uint8Array[], runs: number, read: (bytes: Uint8Array) => unknown): Promise<void> {
  const tally: Tally = { read: 0, refused: 0 };
  await check(damaged(...files), (bytes) => survive(tally, bytes, () => read(bytes)), runs);
  expect(tally.read).toBeGreaterThan(runs / 100);
  expect(tally.refused).toBeGreaterThan(runs / 5);
}

/** Reads a file or finds it refused with FormatError; any other error is thrown on. What is read is in proportion. */
async function survive(tally: Tally, bytes: Uint8Array, read: () => unknown): Promise<void> {
  try {
    const value = await read();
    expect(bytesIn(value)).toBeLessThanOrEqual(16 * bytes.length + 2 ** 20);
    tally.read++;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    expect(error.message).toMatch(/^\S.*: ./s); // where: what
    tally.refused++;
  }
}

/** The bytes of all typed arrays within a value. */
function bytesIn(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (typeof value !== "object" || value === null) return 0;
  return Object.values(value).reduce((sum: number, member) => sum + bytesIn(member), 0);
}
