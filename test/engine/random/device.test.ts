/** The device draws the same numbers as the TypeScript twins, bit for bit; the digests pin them for good. */

import { expect, test } from "vitest";
import { normalFromBits } from "../../../engine/random/normal.ts";
import { permute } from "../../../engine/random/permutation.ts";
import { foldIn, randomBits, split, threefry2x32 } from "../../../engine/random/threefry.ts";
import { bernoulliFromBits, randomIndex, uniformFromBits } from "../../../engine/random/uniform.ts";
import normalTableText from "../../../shaders/lib/normalTable.wgsl?raw";
import randomText from "../../../shaders/lib/random.wgsl?raw";
import { digest } from "../digest.ts";
import { compute } from "../kernelRunner.ts";

const library = normalTableText + randomText;
const count = 2 ** 16;

/** Words of every size: all the small ones, powers of two and their neighbours, and random ones. */
const words = Uint32Array.from({ length: count }, (_, i) => {
  if (i < 1024) return i;
  if (i < 1024 + 96) return 2 ** ((i - 1024) % 32) + Math.floor((i - 1024) / 32) - 1;
  return randomBits([2026, 1], i);
});

interface Row {
  wgsl: string;
  twin: (x: number, i: number) => number;
  digest: string;
}

const integers: Row[] = [
  {
    wgsl: "threefry2x32(vec2u(x, 0x13198a2eu), vec2u(i, 0x85a308d3u)).x",
    twin: (x, i) => threefry2x32([x, 0x13198a2e], [i, 0x85a308d3])[0],
    digest: "3f12d4bc",
  },
  {
    wgsl: "threefry2x32(vec2u(7u, x), vec2u(9u, i)).y",
    twin: (x, i) => threefry2x32([7, x], [9, i])[1],
    digest: "b20d0f3f",
  },
  { wgsl: "randomBits(vec2u(x, 1u), i)", twin: (x, i) => randomBits([x, 1], i), digest: "31af876e" },
  { wgsl: "split(vec2u(x, 1u), i).y", twin: (x, i) => split([x, 1], i)[1], digest: "b7a39396" },
  { wgsl: "foldIn(vec2u(1u, x), i).x", twin: (x, i) => foldIn([1, x], i)[0], digest: "b2c85708" },
  { wgsl: "randomIndex(x, i * 65537u)", twin: (x, i) => randomIndex(x, i * 65537), digest: "6486a5c9" },
  {
    wgsl: "select(0u, 1u, bernoulliFromBits(x, f32(i % 1025u) * 0x1p-10f))",
    twin: (x, i) => bernoulliFromBits(x, (i % 1025) / 1024),
    digest: "2ee7531d",
  },
  {
    wgsl: "select(0u, 1u, bernoulliFromBits(x, uniformFromBits(x)))",
    twin: (x) => bernoulliFromBits(x, uniformFromBits(x)),
    digest: "3b849dc5",
  },
  {
    wgsl: "select(0u, 1u, bernoulliFromBits(0xffffffffu - x % 512u, f32(i % 2u)))",
    twin: (x, i) => bernoulliFromBits(0xffffffff - (x % 512), i % 2),
    digest: "b0609dc5",
  },
  { wgsl: "permute(vec2u(1u, 2u), i, 65536u)", twin: (_x, i) => permute([1, 2], i, 65536), digest: "e09739f5" },
  { wgsl: "permute(vec2u(x, 2u), i % 7u, 7u)", twin: (x, i) => permute([x, 2], i % 7, 7), digest: "3252d085" },
  {
    wgsl: "permute(vec2u(3u, 4u), i * 50000u, 3300000019u)",
    twin: (_x, i) => permute([3, 4], i * 50000, 3300000019),
    digest: "e6ad63c4",
  },
];

const floats: Row[] = [
  { wgsl: "uniformFromBits(x)", twin: uniformFromBits, digest: "1d95006d" },
  { wgsl: "normalFromBits(x)", twin: normalFromBits, digest: "af29abc4" },
  {
    wgsl: "normalFromBits(randomBits(vec2u(5u, 6u), i))",
    twin: (_x, i) => normalFromBits(randomBits([5, 6], i)),
    digest: "738f764b",
  },
];

test.each(integers)("$wgsl gives the bits of its twin", async ({ wgsl, twin, digest: known }) => {
  expect(digest(Uint32Array.from(words, twin))).toBe(known);
  expect(digest(await compute(library, wgsl, "u32", words))).toBe(known);
});

test.each(floats)("$wgsl gives the bits of its twin", async ({ wgsl, twin, digest: known }) => {
  expect(digest(Float32Array.from(words, twin))).toBe(known);
  expect(digest(await compute(library, wgsl, "f32", words))).toBe(known);
});

test("permute ends on the device for positions and sizes that make no sense", async () => {
  const places = await compute(library, "permute(vec2u(x, x), i, x % 4u)", "u32", words.subarray(0, 64));
  expect(Array.from(places)).toEqual(Array.from(words.subarray(0, 64), (x, i) => permute([x, x], i, x % 4)));
});
