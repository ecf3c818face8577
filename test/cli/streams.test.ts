// The random streams on the real device.
import { expect, test } from "vitest";
import { streamDigests } from "../../cli/streams.ts";
import "../engine/opened.ts";

test("streamDigests are the same on this adapter and in the reference, and what stored runs were made with", async () => {
  const digests = await streamDigests();
  expect(digests.map(({ name }) => name)).toEqual(["bits", "uniform", "normal", "choice"]);
  for (const { device, reference } of digests) expect(device).toBe(reference);
  expect(digests.map(({ reference }) => reference)).toEqual([
    "1a137f493b99",
    "7320a95bcdb3",
    "33857964d285",
    "fb792344f0b6",
  ]);
});
