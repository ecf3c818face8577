// State dicts from pickles by hand: names, views, and every way in which a file can ask for what is not there.
import { describe, expect, test } from "vitest";
import { FormatError } from "../../../nn/formatError.ts";
import { decode, decodeLegacy } from "../../../nn/formats/pth.ts";
import { dict, global, pickle, tensor, word, type Parts } from "./pickles.ts";

const fourNumbers = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);

/** An archive of this pickle and one storage of four f32. */
const archive = (...parts: Parts): Map<string, Uint8Array> =>
  new Map([
    ["net/data.pkl", pickle(...parts, ".")],
    ["net/data/0", fourNumbers],
  ]);

const matrix = tensor({}, { shape: [2, 2], strides: [2, 1] });

test("decode gives the tensors of nested dicts and lists dotted names, and text to what is no tensor", () => {
  const numbers = [0x5d, 0x28, 0x4b, 1, 0x4b, 2, 0x65];
  const list = [0x5d, ...matrix, 0x61];
  const items = {
    w: matrix,
    steps: numbers,
    none: [0x4e],
    layers: list,
    empty: [0x7d],
    type: global("torch", "float16"),
  };
  expect(decode(archive(dict({ net: dict(items), epoch: [0x4b, 3] })))).toEqual({
    arrays: {
      "net.w": { dtype: "f32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      "net.layers.0": { dtype: "f32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    },
    metadata: { "net.steps": "[1, 2]", "net.none": "null", "net.empty": "{}", "net.type": "torch.float16", epoch: "3" },
  });
});

test.each<[string, number[], number[], number, number[]]>([
  ["a transposed matrix", [2, 2], [1, 2], 0, [1, 3, 2, 4]],
  ["a column", [2], [2], 1, [2, 4]],
  ["one number, stretched", [3], [0], 3, [4, 4, 4]],
  ["windows that overlap", [3, 2], [1, 1], 0, [1, 2, 2, 3, 3, 4]],
  ["a scalar", [], [], 2, [3]],
  ["nothing, behind the end", [0, 7], [7, 1], 9, []],
])("decode follows offset and strides: %s", (_what, shape, strides, offset, numbers) => {
  const { arrays } = decode(archive(tensor({}, { shape, strides, offset })));
  expect(arrays[""]).toEqual({ dtype: "f32", shape, data: Float32Array.from(numbers) });
});

test("decode reads the elements of an archive that says byteorder big from their high end", () => {
  const entries = archive(tensor({ count: 1 }, { shape: [1], strides: [1] }));
  entries.set("net/byteorder", new TextEncoder().encode("big")).set("net/data/0", Uint8Array.of(0xc0, 0x20, 0, 0));
  expect(decode(entries).arrays[""].data).toEqual(Float32Array.of(-2.5));
});

test("a tensor named __proto__ is one like any other", () => {
  const { arrays } = decode(archive(dict({ ["__proto__"]: matrix, w: matrix })));
  expect(Object.keys(arrays)).toEqual(["__proto__", "w"]);
});

test("a limit holds for all views of one storage together", () => {
  const entries = archive(dict({ a: matrix, b: matrix }));
  expect(Object.keys(decode(entries, { limit: 40 }).arrays)).toEqual(["a", "b"]);
  expect(() => decode(entries, { limit: 35 })).toThrow(
    'pth: "b" brings what is read to 36 bytes, over the limit of 35',
  );
});

describe("decode refuses", () => {
  const view = (shape: number[], strides: number[], offset = 0): number[] => tensor({}, { shape, strides, offset });
  const cases: [string, Map<string, Uint8Array>, string][] = [
    ["an archive without a pickle", new Map<string, Uint8Array>(), "pth: expected one entry FOLDER/data.pkl, got 0"],
    [
      "a storage that is missing",
      archive(tensor({ key: "7" }, { shape: [1], strides: [1] })),
      'storage "7", which is missing',
    ],
    [
      "a storage of another size",
      archive(dict({ w: tensor({ count: 5 }, { shape: [1], strides: [1] }) })),
      'pth: tensor "w" looks at storage "0" of 20 bytes, got 16',
    ],
    ["an end behind the storage", archive(view([2, 2], [2, 2])), "ends at element 5 of a storage of 4"],
    ["an offset behind the storage", archive(view([1], [1], 4)), "ends at element 5 of a storage of 4"],
    [
      "one number stretched beyond all bounds",
      archive(view(Array<number>(9).fill(255), Array<number>(9).fill(0))),
      "over the limit of",
    ],
    [
      "more strides than extents",
      archive(view([1], [1, 1])),
      "the arguments of torch._utils._rebuild_tensor_v2 are not",
    ],
    ["65 extents", archive(view(Array<number>(65).fill(1), Array<number>(65).fill(1))), "_rebuild_tensor_v2 are not"],
    [
      "complex numbers",
      archive(tensor({ type: "ComplexFloatStorage" }, { shape: [], strides: [] })),
      '"torch.ComplexFloatStorage" is not allowed',
    ],
    ["a list that holds itself", archive("]q", 0, "h", 0, "a"), "is nested deeper than 100"],
    ["lists within lists, doubled forty times", archive(doubled(40)), "over the limit of"],
    [
      "two tensors of one name",
      archive(dict({ "a.b": matrix, a: dict({ b: matrix }) })),
      'pth: "a.b" is the name of two values',
    ],
    [
      "another order of bytes",
      archive("N").set("net/byteorder", Uint8Array.of(0x6d)),
      'byteorder "m"; legal are "little" and "big"',
    ],
  ];
  test.each(cases)("%s", (_what, entries, message) => {
    expect(() => decode(entries)).toThrow(FormatError);
    expect(() => decode(entries)).toThrow(message);
  });
});

test("decode refuses a tree of more than a million values whatever the limit", () => {
  expect(() => decode(archive(doubled(40)), { limit: Infinity })).toThrow("pth: more than 1000000 values");
});

/** A list of one list twice, which holds one list twice, and so on down to an empty dict. */
function doubled(times: number): number[] {
  const levels = Array.from({ length: times }, (_, i) => [0x86, 0x71, i + 1, ...[0x68, i + 1]]);
  return [0x7d, 0x71, 0, 0x68, 0, ...levels.flat(), 0x86];
}

describe("decodeLegacy", () => {
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
  const head = [...magic, 0x4d, 0xe9, 3, 0x2e, ...dict({ little_endian: [0x88] }), 0x2e];
  const keys = [0x5d, ...word("0"), 0x61, 0x2e];
  const file = (...parts: Parts): Uint8Array => pickle(head, ...parts);
  const data = [4, 0, 0, 0, 0, 0, 0, 0, ...fourNumbers];

  test("reads pickles and storages one after the other", () => {
    expect(decodeLegacy(file(dict({ w: matrix }), ".", keys, data))).toEqual({
      arrays: { w: { dtype: "f32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } },
      metadata: {},
    });
  });

  test.each<[string, Uint8Array, string]>([
    ["another magic number", pickle("K", 1, "."), "pth: the file does not begin with the magic number of PyTorch"],
    ["another version", pickle(magic, "K", 1, "."), "pth: the file is not of version 1001"],
    ["a key that no tensor has", file("N.", keys, data), "pth: the keys are not those of the storages"],
    ["a storage that is cut", file(matrix, ".", keys, data.slice(0, 20)), 'pth: truncated in storage "0", expected'],
    [
      "a storage of another count",
      file(matrix, ".", keys, [5], data.slice(1)),
      'storage "0" has 5 elements, expected 4',
    ],
    ["bytes behind the end", file(matrix, ".", keys, data, [0]), "pth: the file is too long, expected"],
    ["a storage that is not listed", file(matrix, ".", "]."), 'looks at storage "0", which is missing'],
  ])("refuses %s", (_what, bytes, message) => {
    expect(() => decodeLegacy(bytes)).toThrow(FormatError);
    expect(() => decodeLegacy(bytes)).toThrow(message);
  });
});
