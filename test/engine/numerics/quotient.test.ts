/** The quotients of shaders/lib/quotient.wgsl against exact ones, where they are nearest to the next. */

import { expect, test } from "vitest";
import library from "../../../shaders/lib/quotient.wgsl?raw";
import { compute } from "../kernelRunner.ts";

const LIMIT = 2 ** 31;

/** Powers of two and their neighbours, and some numbers between. */
const around = [
  ...Array.from({ length: 32 }, (_, bit) => [2 ** bit - 1, 2 ** bit, 2 ** bit + 1]).flat(),
  ...[3, 5, 6, 7, 10, 12, 28, 100, 196, 255 * 256, 1000, 12345, 65537 * 3, 1e6, 123456789, 1e9, 1.5e9],
].filter((number) => number >= 1 && number < LIMIT);
const divisors = [...new Set(around)];

/** Multiples of b below 2³¹, and their neighbours. */
const dividendsOf = (b: number): number[] =>
  [0, ...around, Math.floor((LIMIT - 1) / b)]
    .flatMap((times) => [times * b - 1, times * b, times * b + 1])
    .filter((a) => a >= 0 && a < LIMIT);

test("quotient(a, b) is exact for multiples of b and their neighbours, up to 2³¹", async () => {
  const pairs = divisors.flatMap((b) => dividendsOf(b).map((a) => [a, b] as const));
  // The divisors stand behind the dividends, in the same order.
  const found = await compute(
    library,
    "quotient(x, input[min(i + arrayLength(&input) / 2u, arrayLength(&input) - 1u)])",
    "u32",
    Uint32Array.of(...pairs.map(([a]) => a), ...pairs.map(([, b]) => b)),
  );
  const wrong = pairs.flatMap(([a, b], i) => {
    const exact = (a - (a % b)) / b;
    return found[i] === exact ? [] : [`⌊${a} / ${b}⌋ is ${exact}, got ${found[i]}`];
  });
  expect(wrong).toEqual([]);
});

test("quotients(a, b) divides each of four numbers", async () => {
  const found = await compute(
    library,
    "quotients(vec4u(x, x + 1u, 2u * x, 7u), 10u)[i]",
    "u32",
    Uint32Array.of(9, 9, 9, 9),
  );
  expect([...found]).toEqual([0, 1, 1, 0]);
});
