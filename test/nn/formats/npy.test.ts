// The npy reader and writer: files by hand as numpy writes them, a round trip, and what is refused.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { DType, HostArray } from "../../../engine/hostArray.ts";
import { FormatError } from "../../../nn/formatError.ts";
import { decode, decodeMembers, encode, encodeMembers } from "../../../nn/formats/npy.ts";
import { check } from "../../engine/property.ts";

const ascii = (text: string): number[] => [...new TextEncoder().encode(text)];
const magic = [0x93, ...ascii("NUMPY")];

/** A file of version 1 with this header, unpadded, and these data. */
const file = (header: string, data: readonly number[] = []): Uint8Array =>
  Uint8Array.from([...magic, 1, 0, header.length & 255, header.length >> 8, ...ascii(header), ...data]);

const header = (descr: string, shape: string, order = "False"): string =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;

test("encode writes what numpy.save writes", () => {
  const bytes = encode({ dtype: "f32", shape: [1, 3], data: Float32Array.of(1, -2.5, 3) });
  const dict = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3,), }";
  expect(bytes.length).toBe(128 + 12);
  expect([...bytes.subarray(0, 10)]).toEqual([...magic, 1, 0, 118, 0]);
  expect(new TextDecoder().decode(bytes.subarray(10, 128))).toBe(`${dict.padEnd(117)}\n`);
  expect([...bytes.subarray(128)]).toEqual([0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0, 0, 0, 0x40, 0x40]);
});

test.each<[string, string, number[], HostArray["dtype"], number[]]>([
  ["f2", "<f2", [0, 0x3e, 0, 0xb4], "f32", [1.5, -0.25]],
  ["f2, the highest first", ">f2", [0x3e, 0, 0xfc, 0], "f32", [1.5, -Infinity]],
  ["f4, the highest first", ">f4", [0xc0, 0x20, 0, 0], "f32", [-2.5]],
  ["f8", "<f8", [0, 0, 0, 0, 0, 0, 0xf0, 0xbf], "f32", [-1]],
  ["f8, the highest first", ">f8", [0x40, 0, 0, 0, 0, 0, 0, 0], "f32", [2]],
  ["i1 with a negative number", "|i1", [0xff, 1], "f32", [-1, 1]],
  ["i2", "<i2", [2, 1], "u32", [258]],
  ["i2, the highest first", ">i2", [0xff, 0xfe], "f32", [-2]],
  ["i4", "<i4", [0, 0, 0, 0x80], "f32", [-(2 ** 31)]],
  ["i8", "<i8", [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], "u32", [4294967295]],
  ["i8 beyond u32 that f32 holds", ">i8", [0, 0, 0, 1, 0, 0, 0, 0], "f32", [2 ** 32]],
  ["u1", "|u1", [0, 255], "u32", [0, 255]],
  ["u2, the highest first", ">u2", [1, 2], "u32", [258]],
  ["u4", "<u4", [255, 255, 255, 255], "u32", [4294967295]],
  ["u8", "<u8", [7, 0, 0, 0, 0, 0, 0, 0], "u32", [7]],
  ["b1", "|b1", [1, 0], "bool", [1, 0]],
])("decode reads %s", (_what, descr, data, dtype, numbers) => {
  const words = dtype === "f32" ? Float32Array.from(numbers) : Uint32Array.from(numbers);
  expect(decode(file(header(descr, `(${numbers.length},)`), data))).toEqual({
    dtype,
    shape: [numbers.length],
    data: words,
  });
});

test("decode puts column-major elements into row-major order", () => {
  const shape = [2, 3, 2];
  // element [i, j, k] holds 100 i + 10 j + k, and i runs fastest
  const data = [0, 100, 10, 110, 20, 120, 1, 101, 11, 111, 21, 121];
  expect(decode(file(header("|u1", "(2, 3, 2)", "True"), data))).toEqual({
    dtype: "u32",
    shape,
    data: Uint32Array.of(0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121),
  });
});

test.each([2, 3])("decode reads version %i, whose header may be long", (version) => {
  const text = header("|u1", "()");
  const bytes = Uint8Array.from([...magic, version, 0, text.length, 0, 0, 0, ...ascii(text), 9]);
  expect(decode(bytes)).toEqual({ dtype: "u32", shape: [], data: Uint32Array.of(9) });
});

test("decode takes the entries of the header in any order, with double quotes, blanks and without a last comma", () => {
  const bytes = file(` { "shape" : ( 1 , ) ,"fortran_order":False,"descr":"|u1" }\n`, [3]);
  expect(decode(bytes)).toEqual({ dtype: "u32", shape: [1], data: Uint32Array.of(3) });
});

const arrayOf = (dtype: DType): fc.Arbitrary<HostArray> =>
  fc.array(fc.nat(3), { maxLength: 4 }).chain((shape): fc.Arbitrary<HostArray> => {
    const size = shape.reduce((a, b) => a * b, 1);
    const exactly = { minLength: size, maxLength: size };
    if (dtype === "f32") return fc.float32Array(exactly).map((data) => ({ dtype, shape, data }));
    return fc
      .uint32Array({ ...exactly, max: dtype === "bool" ? 1 : 0xffffffff })
      .map((data) => ({ dtype, shape, data }));
  });

test("decodeMembers(encodeMembers(arrays)) gives the arrays back, bit for bit and in order", async () => {
  const arrays = fc.dictionary(fc.string(), fc.constantFrom<DType[]>("f32", "u32", "bool").chain(arrayOf));
  await check(
    arrays,
    (arrays) => {
      const back = decodeMembers(encodeMembers(arrays));
      expect(Object.keys(back)).toEqual(Object.keys(arrays));
      for (const [name, { dtype, shape, data }] of Object.entries(arrays)) {
        expect({ dtype: back[name].dtype, shape: back[name].shape }).toEqual({ dtype, shape });
        expect(new Uint32Array(back[name].data.buffer)).toEqual(new Uint32Array(data.slice().buffer));
      }
    },
    200,
  );
});

test("encode writes a key [..] as u32 [.., 2]", () => {
  const bytes = encode({ dtype: "key", shape: [], data: Uint32Array.of(1, 2) });
  expect(decode(bytes)).toEqual({ dtype: "u32", shape: [2], data: Uint32Array.of(1, 2) });
});

test("encode refuses data that do not fill the shape", () => {
  const short: HostArray = { dtype: "f32", shape: [2, 2], data: new Float32Array(3) };
  expect(() => encode(short)).toThrow(new RangeError("npy: f32 [2, 2] takes 4 words, got 3"));
});

describe("decode refuses", () => {
  const cases: [string, Uint8Array, string][] = [
    ["another file", Uint8Array.of(1, 2), "the file does not begin with 93 4e 55 4d 50 59"],
    ["version 4", Uint8Array.of(...magic, 4, 0, 0, 0), "version 4; known are 1, 2 and 3"],
    ["no length", Uint8Array.of(...magic, 2, 0, 9), "the header is truncated, expected 12 bytes, got 9"],
    ["a header that is cut", Uint8Array.of(...magic, 1, 0, 9, 0), "the header is truncated, expected 19 bytes, got 10"],
    [
      "a header of 4 GB",
      Uint8Array.of(...magic, 2, 0, 255, 255, 255, 255),
      "a header of 4294967295 bytes is over the limit of 10000",
    ],
    ["a header that is no dict", file("42"), "the header is not a dict, got 42"],
    [
      "a call in the header",
      file("{'descr': eval('1'), }"),
      "the header is not understood from 'descr': eval('1'), } on",
    ],
    ["text behind the dict", file(`${header("<f4", "()")}x`, [0, 0, 0, 0]), "the header is not understood from }x on"],
    ["an entry twice", file("{'shape': (), 'shape': (), }"), "the header says shape twice"],
    ["an entry too few", file("{'descr': '<f4', }"), "the header lacks one of descr, fortran_order and shape"],
    ["complex numbers", file(header("<c8", "()")), "descr '<c8'; known are f2, f4, f8, b1, i1"],
    ["objects", file(header("|O", "()")), "descr '|O'; known are f2"],
    ["a type without an order of bytes", file(header("f4", "()")), "descr 'f4'; known are"],
    ["a shape that is a number", file(header("<f4", "(3)")), "shape (3) is a number, not a tuple"],
    ["a shape with a gap", file(header("<f4", "(3,,4)")), "shape (3,,4) is not a tuple of extents"],
    [
      "an extent of 2⁶⁴",
      file(header("<f4", "(18446744073709551616,)")),
      "shape (18446744073709551616,) is not a tuple of extents",
    ],
    ["65 extents", file(header("|u1", `(${"1,".repeat(65)})`), [1]), "65 extents are over the limit of 64"],
    [
      "more elements than there are",
      file(header("<f4", "(1000000, 1000000)"), [0, 0, 0, 0]),
      "the array f32 [1000000, 1000000] takes 4000000000000 bytes, got 4",
    ],
    ["more bytes than elements", file(header("|u1", "(0, 9)"), [1]), "the array u8 [0, 9] takes 0 bytes, got 1"],
    ["a bool that is 2", file(header("|b1", "()"), [2]), "the array bool holds the byte 2; legal are 0 and 1"],
    [
      "a number beyond f32",
      file(header(">f8", "()"), [0x7f, 0xe0, 0, 0, 0, 0, 0, 0]),
      "the array holds 8.98846567431158e+307, beyond the range of f32",
    ],
    [
      "an integer that neither u32 nor f32 holds",
      file(header(">i8", "(2,)"), [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1]),
      "the array holds 4294967297, but not all of it fits u32 or f32 exactly",
    ],
  ];
  test.each(cases)("%s", (_what, bytes, message) => {
    expect(() => decode(bytes)).toThrow(FormatError);
    expect(() => decode(bytes)).toThrow(`npy: ${message}`);
  });
});

test("decodeMembers names the entry that is no array", () => {
  expect(() => decodeMembers(new Map([["a.txt", Uint8Array.of(1)]]))).toThrow(
    'npz: entry "a.txt" is not named as an array, NAME.npy',
  );
  expect(() => decodeMembers(new Map([["a.npy", Uint8Array.of(1)]]))).toThrow(
    'npz: entry "a.npy": npy: the file does not begin with',
  );
});
