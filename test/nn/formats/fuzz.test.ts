// Thousands of damaged files: each is read or refused by FormatError, in time and space that suit the file.
import { test } from "vitest";
import * as npy from "../../../nn/formats/npy.ts";
import * as pth from "../../../nn/formats/pth.ts";
import * as safetensors from "../../../nn/formats/safetensors.ts";
import { fuzz } from "./damage.ts";
import { dict, pickle, tensor, word } from "./pickles.ts";

const numbers = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
const matrix = tensor({}, { shape: [2, 2], strides: [2, 1] });
const numbersAndWords = dict({ epoch: [0x4b, 3], note: word("abc"), list: [0x5d, 0x28, 0x4b, 1, 0x4e, 0x65] });

test("safetensors survives 2500 damaged files", async () => {
  const arrays = {
    w: { dtype: "f32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    k: { dtype: "key", shape: [], data: Uint32Array.of(1, 2) },
    b: { dtype: "bool", shape: [3], data: Uint32Array.of(1, 0, 1) },
  } as const;
  await fuzz([safetensors.encode(arrays), safetensors.encode(arrays, { step: "4" })], 2500, safetensors.decode);
});

test("pth survives 3000 damaged pickles", async () => {
  const pickles = [
    pickle(dict({ w: matrix, t: tensor({ count: 4 }, { shape: [2, 2], strides: [1, 2] }) }), "."),
    pickle(dict({ model: dict({ w: matrix }), rest: numbersAndWords }), "."),
  ];
  await fuzz(pickles, 3000, (bytes) => {
    return pth.decode(
      new Map([
        ["net/data.pkl", bytes],
        ["net/data/0", numbers],
      ]),
    );
  });
});

test("pth survives 1500 damaged files of the format before PyTorch 1.6", async () => {
  const magic = [0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e];
  const head = [...magic, 0x4d, 0xe9, 3, 0x2e, ...dict({ little_endian: [0x88] }), 0x2e];
  const keys = [0x5d, ...word("0"), 0x61, 0x2e];
  const file = pickle(head, dict({ w: matrix, rest: numbersAndWords }), ".", keys, [
    4,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    ...numbers,
  ]);
  await fuzz([file], 1500, pth.decodeLegacy);
});

test("npy survives 2500 damaged files", async () => {
  const plain = npy.encode({ dtype: "f32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) });
  const text = "{'descr': '>i8', 'fortran_order': True, 'shape': (2, 1), }";
  const head = [0x93, ..."NUMPY", 2, 0, text.length, 0, 0, 0];
  const columns = pickle(...head, text, Array<number>(16).fill(0));
  await fuzz([plain, columns], 2500, npy.decode);
});
