/** Nets layer by layer. */

import { expect, test } from "vitest";
import { composed, conv2d, flatten, linear, sequential, summaryOf, tanh, toyNet } from "../../nn/index.ts";

test("summaryOf() has a row for each layer in order of use, with its ops, output and parameters", () => {
  const net = sequential(conv2d(1, 2, 3, { bias: false }), tanh(), flatten(), linear(8, 1));
  expect(summaryOf(net, [1, 4, 4])).toEqual([
    { name: "0", ops: ["conv2d"], output: [1, 2, 2, 2], parameters: [{ name: "0.weight", shape: [2, 1, 3, 3] }] },
    { name: "1", ops: ["tanh"], output: [1, 2, 2, 2], parameters: [] },
    { name: "2", ops: ["reshape"], output: [1, 8], parameters: [] },
    {
      name: "3",
      ops: ["matmul", "add"],
      output: [1, 1],
      parameters: [
        { name: "3.weight", shape: [1, 8] },
        { name: "3.bias", shape: [1] },
      ],
    },
  ]);
});

test("parts within parts carry the names of all, and what is around them a row of its own", () => {
  const block = composed({ inner: linear(3, 3) }, ({ inner }, x) => x.add(inner(x)));
  const rows = summaryOf(
    composed({ head: linear(2, 3), block }, ({ head, block }, x) => block(head(x))),
    [2],
  );
  expect(rows.map(({ name, ops }) => [name, ops.join(" ")])).toEqual([
    ["head", "matmul add"],
    ["block.inner", "matmul add"],
    ["block", "add"],
  ]);
  expect(rows[1].parameters.map(({ name }) => name)).toEqual(["block.inner.weight", "block.inner.bias"]);
});

test("the parameters of all rows are those of the net", () => {
  const learned = summaryOf(toyNet(), [2]).flatMap(({ parameters }) => parameters);
  expect(learned.reduce((total, { shape }) => total + shape.reduce((a, b) => a * b, 1), 0)).toBe(10_593);
});
