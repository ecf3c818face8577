// Zip archives: a round trip, archives of Python, and every way in which one can be wrong.
import { crc32, deflateRawSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { unzip, zip } from "../../../cli/files/zip.ts";
import { FormatError } from "../../../nn/formatError.ts";
import { decodeMembers, encodeMembers } from "../../../nn/formats/npy.ts";
import * as pth from "../../../nn/formats/pth.ts";
import { fuzz } from "../../nn/formats/damage.ts";

const entries = new Map([
  ["a", Uint8Array.of(1, 2, 3)],
  ["grün/b", new Uint8Array(1000)],
  ["empty", new Uint8Array(0)],
]);

/** The archive of one entry `a` that holds three bytes, with its fields changed: where a field begins and its new u16. */
function changed(...changes: readonly [at: number, value: number][]): Uint8Array {
  const bytes = Uint8Array.from(zip(new Map([["a", Uint8Array.of(1, 2, 3)]])));
  const view = new DataView(bytes.buffer);
  for (const [at, value] of changes) view.setUint16(at < 0 ? bytes.length + at : at, value, true);
  return bytes;
}
const packed = deflateRawSync(Uint8Array.of(1, 2, 3)).length;
const directory = 30 + 1 + packed;

test("unzip(zip(entries)) gives the entries back in their order, and the same entries are the same bytes", () => {
  expect([...unzip(zip(entries), 1003)].map(([name, bytes]) => [name, [...bytes]])).toEqual(
    [...entries].map(([name, bytes]) => [name, [...bytes]]),
  );
  expect(zip(entries)).toEqual(zip(entries));
});

test("zip deflates", () => {
  expect(zip(entries).length).toBeLessThan(500);
});

test("unzip takes a comment behind the end", () => {
  const bytes = Uint8Array.from([...changed([-2, 3]), 1, 2, 3]);
  expect([...unzip(bytes, 3).keys()]).toEqual(["a"]);
});

test("unzip sums the sizes before it unpacks anything", () => {
  expect(() => unzip(zip(entries), 1002)).toThrow(
    new FormatError("zip: its entries take 1003 bytes, over the limit of 1002"),
  );
});

test("unzip stops at the size that an entry declares", () => {
  const bomb = Uint8Array.from(zip(new Map([["a", new Uint8Array(1_000_000)]])));
  const at = bomb.length - 22 - 47;
  new DataView(bomb.buffer).setUint32(at + 24, 10, true);
  expect(() => unzip(bomb, 1000)).toThrow('zip: entry "a" is damaged, Cannot create a Buffer larger than 10 bytes');
});

describe("unzip refuses", () => {
  test.each<[string, Uint8Array, string]>([
    ["what is no archive", Uint8Array.of(1, 2, 3), "the archive has no end, it is truncated or none"],
    ["a cut archive", changed().subarray(0, 60), "the archive has no end, it is truncated or none"],
    ["zip64", changed([-12, 0xffff], [-22 + 10, 0xffff]), "archives of 4 GiB (zip64) are not read"],
    [
      "a directory behind the end",
      changed([-22 + 16, 999]),
      "the directory ends at byte 1046, behind the archive's end",
    ],
    ["more entries than there are", changed([-22 + 10, 2]), "the directory is truncated at entry 1 of 2"],
    ["fewer entries than there are", changed([-22 + 10, 0]), "the directory is 47 bytes longer than its 0 entries"],
    ["a directory without a signature", changed([directory, 0]), "entry 0 of the directory has no signature"],
    ["an encrypted entry", changed([directory + 8, 1]), 'entry "a" is encrypted'],
    ["another method", changed([directory + 10, 12]), 'entry "a" is packed by method 12; known are 0 (stored) and 8'],
    ["a stored entry of two sizes", changed([directory + 10, 0]), `entry "a" is stored in ${packed} bytes, expected 3`],
    ["a wrong place", changed([directory + 42, 1]), 'entry "a" is not at byte 1'],
    ["an entry that is cut", changed([directory + 20, 200]), 'entry "a" is truncated, expected 231 bytes'],
    ["a larger size", changed([directory + 24, 4]), 'entry "a" unpacks to 3 bytes, expected 4'],
    ["a wrong checksum", changed([directory + 16, 0]), 'entry "a" is damaged, its checksum is wrong'],
    ["damaged bytes", changed([31, 0xffff]), 'entry "a" is damaged, '],
    ["a name that is not UTF-8", changed([directory + 46, 0x50ff]), "the name of an entry is not UTF-8"],
  ])("%s", (_what, bytes, message) => {
    expect(() => unzip(bytes, 1e6)).toThrow(FormatError);
    expect(() => unzip(bytes, 1e6)).toThrow(`zip: ${message}`);
  });

  test("a name that is there twice", () => {
    const bytes = Uint8Array.from(
      zip(
        new Map([
          ["a", new Uint8Array(1)],
          ["b", new Uint8Array(1)],
        ]),
      ),
    );
    bytes[bytes.length - 23] = 0x61;
    expect(() => unzip(bytes, 100)).toThrow('zip: entry "a" is there twice');
  });
});

test("the checksum is that of the format", () => {
  expect(crc32("123456789")).toBe(0xcbf43926);
});

const matrix = { dtype: "f32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } as const;

test("an archive of arrays survives 1000 damaged files", async () => {
  await fuzz([zip(encodeMembers({ w: matrix, b: matrix }))], 1000, (bytes) => decodeMembers(unzip(bytes, 1e5)));
});

test("an archive of PyTorch survives 1000 damaged files", async () => {
  const files = ["net.pth", "checkpoint.pth"].map(
    (name) => new Uint8Array(readFileSync(`test/fixtures/torch/${name}`)),
  );
  await fuzz(files, 1000, (bytes) => pth.decode(unzip(bytes, 1e5)));
});
