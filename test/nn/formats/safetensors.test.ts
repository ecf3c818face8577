// The safetensors reader and writer: a file by hand, a round trip for any arrays, and thousands of damaged files.
import fc from "fast-check";
import { expect, test } from "vitest";
import type { DType, HostArray, NamedArrays } from "../../../engine/hostArray.ts";
import { FormatError } from "../../../nn/formatError.ts";
import { decode, encode } from "../../../nn/formats/safetensors.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A file with this header text (unpadded) and these data. */
function file(header: string, data: number[] = []): Uint8Array {
  const text = ascii(header);
  return Uint8Array.from([text.length & 255, text.length >> 8, 0, 0, 0, 0, 0, 0, ...text, ...data]);
}

const arrayOf = (dtype: DType): fc.Arbitrary<HostArray> =>
  fc.array(fc.nat(3), { maxLength: 4 }).chain((shape) => {
    const size = shape.reduce((a, b) => a * b, dtype === "key" ? 2 : 1);
    const exactly = { minLength: size, maxLength: size };
    const u32 = (max: number) => fc.array(fc.nat(max), exactly).map((words) => Uint32Array.from(words));
    const f32 = fc.array(fc.float(), exactly).map((numbers) => Float32Array.from(numbers));
    const data = dtype === "f32" ? f32 : u32(dtype === "bool" ? 1 : 0xffffffff);
    return data.map((data) => ({ dtype, shape, data }));
  });

const anyArrays: fc.Arbitrary<NamedArrays> = fc.dictionary(
  fc
    .oneof(fc.string(), fc.constantFrom("__proto__", "net.0.weight", "0", "ünï"))
    .filter((name) => name !== "__metadata__"),
  fc.constantFrom<DType[]>("f32", "u32", "bool", "key").chain(arrayOf),
  { maxKeys: 6 },
);
const anyMetadata = fc.dictionary(
  fc.string().filter((name) => name !== "keys"),
  fc.string(),
  { maxKeys: 3, noNullPrototype: true },
);

test("encode writes the length, the padded header and the little-endian data of a file by hand", () => {
  const bytes = encode({ a: { dtype: "f32", shape: [2], data: Float32Array.of(1, -2) } });
  const header = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  ';
  expect(header.length).toBe(56);
  expect([...bytes]).toEqual([56, 0, 0, 0, 0, 0, 0, 0, ...ascii(header), 0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
});

test("decode(encode(arrays, metadata)) gives the arrays and the metadata back, bit for bit and in order", () => {
  fc.assert(
    fc.property(anyArrays, anyMetadata, (arrays, metadata) => {
      const back = decode(encode(arrays, metadata));
      expect(Object.keys(back.arrays)).toEqual(Object.keys(arrays));
      for (const [name, array] of Object.entries(arrays)) {
        const { dtype, shape, data } = back.arrays[name];
        expect({ dtype, shape }).toEqual({ dtype: array.dtype, shape: array.shape });
        expect(new Uint32Array(data.buffer)).toEqual(new Uint32Array(array.data.buffer));
      }
      expect(Object.entries(back.metadata).sort()).toEqual(Object.entries(metadata).sort());
    }),
  );
});

test("encode begins the data at a multiple of 8", () => {
  fc.assert(fc.property(anyArrays, (arrays) => encode(arrays)[0] % 8 === 0));
});

test("decode reads or refuses any damaged file, and refuses with FormatError only", () => {
  const damage = fc.record({
    at: fc.nat(),
    byte: fc.nat(255),
    cut: fc.option(fc.nat()),
    extra: fc.uint8Array({ maxLength: 3 }),
  });
  let refused = 0;
  fc.assert(
    fc.property(
      anyArrays,
      anyMetadata,
      fc.array(damage, { minLength: 1, maxLength: 4 }),
      (arrays, metadata, damages) => {
        let bytes = encode(arrays, metadata);
        for (const { at, byte, cut, extra } of damages) {
          bytes = Uint8Array.from([
            ...bytes.subarray(0, cut === null ? bytes.length : cut % (bytes.length + 1)),
            ...extra,
          ]);
          if (bytes.length > 0) bytes[at % bytes.length] = byte;
        }
        try {
          decode(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
          refused++;
        }
      },
    ),
    { numRuns: 2000 },
  );
  expect(refused).toBeGreaterThan(1000);
});

test("decode refuses every file that is cut short or continued", () => {
  const bytes = encode({ a: { dtype: "f32", shape: [3], data: Float32Array.of(1, 2, 3) } }, { step: "40" });
  for (let length = 0; length < bytes.length; length++) {
    expect(() => decode(bytes.subarray(0, length))).toThrow(FormatError);
  }
  expect(() => decode(Uint8Array.from([...bytes, 0]))).toThrow("the data are too long, expected 12 bytes, got 13");
});

test.each([
  ["a short file", Uint8Array.of(1, 2, 3), "expected at least 8 bytes, got 3"],
  [
    "a huge header",
    Uint8Array.of(1, 0xe1, 0xf5, 5, 0, 0, 0, 0),
    "a header of 100000001 bytes is over the limit of 100000000",
  ],
  ["a missing header", Uint8Array.of(9, 0, 0, 0, 0, 0, 0, 0), "the header is truncated, expected 9 bytes, got 0"],
  ["bad JSON", file("{,}"), "the header is not JSON"],
  ["bad UTF-8", Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, 0xff), "the header is not JSON"],
  ["a header that is a list", file("[]"), "the header is not a JSON object"],
  ["metadata of numbers", file('{"__metadata__":{"a":1}}'), 'metadata entry "a" is not a string'],
  ["an entry that is a number", file('{"a":1}'), 'array "a" is not described by an object'],
  [
    "an unknown dtype",
    file('{"a":{"dtype":"F8_E4M3","shape":[],"data_offsets":[0,1]}}', [0]),
    'array "a" has dtype "F8_E4M3"; known are F16, BF16, F32, F64, BOOL, I8, I16, I32, I64, U8, U16, U32, U64',
  ],
  [
    "a negative extent",
    file('{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', [0, 0, 0, 0]),
    'array "a" has no valid shape, got [-1]',
  ],
  [
    "backward offsets",
    file('{"a":{"dtype":"F32","shape":[],"data_offsets":[4,0]}}', [0, 0, 0, 0]),
    'array "a" has no valid data_offsets, got [4,0]',
  ],
  [
    "a wrong size",
    file('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', [0, 0, 0, 0]),
    'array "a" F32 [2] takes 8 bytes, got 4',
  ],
  [
    "a hole",
    file('{"a":{"dtype":"BOOL","shape":[1],"data_offsets":[1,2]}}', [0, 0]),
    'a hole of 1 bytes before array "a"',
  ],
  [
    "an overlap",
    file(
      '{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"BOOL","shape":[2],"data_offsets":[1,3]}}',
      [0, 0, 0],
    ),
    'array "b" overlaps the one before it by 1 bytes',
  ],
  [
    "a bool that is 2",
    file('{"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}', [2]),
    'array "a" bool holds the byte 2; legal are 0 and 1',
  ],
  [
    "a key that is no pair",
    file('{"__metadata__":{"keys":"[\\"a\\"]"},"a":{"dtype":"U32","shape":[1],"data_offsets":[0,4]}}', [0, 0, 0, 0]),
    '"a" is listed as a key but is no U32 array [.., 2]',
  ],
])("decode refuses %s and says so", (_what, bytes, message) => {
  expect(() => decode(bytes)).toThrow(FormatError);
  expect(() => decode(bytes)).toThrow(message);
});

test("decode reads the types of other writers as f32, or as u32 where nothing is negative", () => {
  const header =
    '{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]},' +
    '"d":{"dtype":"F64","shape":[],"data_offsets":[6,14]},"i":{"dtype":"I64","shape":[1],"data_offsets":[14,22]}}';
  const halves = [0x00, 0xc1, 0x01, 0x00]; // -2.5 and the least of all halves, 2^-24
  const brain = [0x40, 0x40]; // 3
  const double = [0, 0, 0, 0, 0, 0, 0xf0, 0xbf]; // -1
  const long = [7, 0, 0, 0, 0, 0, 0, 0];
  expect(decode(file(header, [...halves, ...brain, ...double, ...long])).arrays).toEqual({
    h: { dtype: "f32", shape: [2], data: Float32Array.of(-2.5, 2 ** -24) },
    b: { dtype: "f32", shape: [1], data: Float32Array.of(3) },
    d: { dtype: "f32", shape: [], data: Float32Array.of(-1) },
    i: { dtype: "u32", shape: [1], data: Uint32Array.of(7) },
  });
});

test("encode refuses data that do not fill the shape", () => {
  const short: HostArray = { dtype: "f32", shape: [2, 2], data: new Float32Array(3) };
  expect(() => encode({ w: short })).toThrow('array "w" f32 [2, 2] takes 4 words, got 3 in a Float32Array');
});

test("encode refuses a bool that is neither 0 nor 1", () => {
  expect(() => encode({ mask: { dtype: "bool", shape: [1], data: Uint32Array.of(256) } })).toThrow("bool holds 256");
});
