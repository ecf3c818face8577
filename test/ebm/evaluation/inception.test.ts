/** What Inception sees, and which weights are not its own. */

import { expect, test } from "vitest";
import "../../engine/opened.ts";
import { reference, type NamedArrays, type ReferenceTensor, type Tensor } from "../../../engine/index.ts";
import { evaluations } from "../../../ebm/evaluation/index.ts";
import { inceptionOf, inputs } from "../../../ebm/evaluation/inception.ts";
import { halvesModel, host, line } from "./models.ts";

/** The corners of the first colour, and the size of all. */
function seen(input: keyof typeof inputs, shape: number[], data: number[]) {
  const { data: pixels, ...whole } = reference((x: Tensor) => inputs[input](x))({ shape, data }) as ReferenceTensor;
  const corners = [0, 298, 298 * 299, 299 * 299 - 1].map((at) => pixels[at]);
  return { shape: whole.shape, corners, last: pixels[pixels.length - 1] };
}

test("images come to 299 × 299 by way of bytes, grey ones in three colours", () => {
  const grey = seen("pytorch", [1, 1, 2, 2], [-1, 1, 0.003, 2]);
  expect(grey.shape).toEqual([1, 3, 299, 299]);
  // (0.003 + 1) · 127.5 is 127.88, so the byte 128; what is beyond white is white.
  [-1, 1, (2 * 128) / 255 - 1, 1].forEach((value, at) => expect(grey.corners[at]).toBeCloseTo(value, 12));
  expect(grey.last).toBe(grey.corners[3]);
});

test("as TensorFlow 1 had them, bytes are divided by 128, and the last pixels are those of the border", () => {
  const { corners } = seen("tensorflow", [1, 3, 2, 2], [-1, 1, -1, 1, ...Array.from({ length: 8 }, () => 0)]);
  [-1, 127 / 128, -1, 127 / 128].forEach((value, at) => expect(corners[at]).toBeCloseTo(value, 12));
});

test("inceptionOf names what is missing or superfluous, leaving counts of batches aside", () => {
  const one = (name: string): NamedArrays => ({ [name]: { dtype: "f32", shape: [1], data: Float32Array.of(1) } });
  expect(() => inceptionOf(one("AuxLogits.conv0.conv.weight"), "pytorch")).toThrow(
    'inception: not the weights of pt_inception-2015-12-05, checkpoint: array "AuxLogits.conv0.conv.weight" does not belong to this model',
  );
  expect(() => inceptionOf(one("Conv2d_1a_3x3.bn.num_batches_tracked"), "pytorch")).toThrow(
    'array "Conv2d_1a_3x3.conv.weight" is missing',
  );
});

test("fid asks for weights and for images", async () => {
  const { run, defaults } = evaluations.fid;
  await expect(run(halvesModel(), defaults, host())).rejects.toThrow("fid: asks for the weights of Inception");
  await expect(run(line(), defaults, host())).rejects.toThrow("fid: asks for images, and this model is of points");
});
