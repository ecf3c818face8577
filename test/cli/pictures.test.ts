// PNG pictures: where each sample and each value of a density comes to stand.
import { decode } from "fast-png";
import { expect, test } from "vitest";
import { densityPng, gridPng, landscapesPng, logRange } from "../../cli/run/pictures.ts";

test("gridPng puts ⌊√count⌋ samples in a row, two pixels apart, -1 black and 1 white", () => {
  const images = Float32Array.of(-1, 1, 0, 5, NaN);
  const { width, height, channels, data } = decode(
    gridPng({ name: "", images, count: 5, channels: 1, height: 1, width: 1 }),
  );
  expect({ width, height, channels }).toEqual({ width: 8, height: 11, channels: 1 });
  const at = (row: number, column: number): number => data[(2 + 3 * row) * width + 2 + 3 * column];
  expect([at(0, 0), at(0, 1), at(1, 0), at(1, 1), at(2, 0)]).toEqual([0, 255, 128, 255, 0]);
  expect(data[0]).toBe(24);
});

test("gridPng keeps the channels of a colour image together", () => {
  const { channels, data, width } = decode(
    gridPng({ name: "", images: Float32Array.of(1, -1, 1), count: 1, channels: 3, height: 1, width: 1 }),
  );
  expect(channels).toBe(3);
  expect([...data.subarray((2 * width + 2) * 3, (2 * width + 3) * 3)]).toEqual([255, 0, 255]);
});

test("densityPng draws the first row at the bottom, low dark and high bright", () => {
  const { data } = decode(densityPng([0, 1, 0, 0], 2, 0, 1));
  expect([...data.subarray(9, 12)]).toEqual([0xfd, 0xe7, 0x25]);
  expect([...data.subarray(0, 3)]).toEqual([0x44, 0x01, 0x54]);
});

test("landscapesPng sets densities over log-densities, one column for each", () => {
  const flat = {
    extent: 1,
    resolution: 4,
    density: new Float64Array(16),
    logDensity: new Float64Array(16).fill(-Infinity),
  };
  const { width, height } = decode(
    landscapesPng([
      { ...flat, name: "truth" },
      { ...flat, name: "model" },
    ]),
  );
  expect({ width, height }).toEqual({ width: 26, height: 26 });
});

test("logRange ends at the peak and begins no lower than the logarithm of 1e-10", () => {
  expect(logRange([{ logDensity: Float64Array.of(-3, 0.5, -Infinity) }])).toEqual([-3, 0.5]);
  expect(logRange([{ logDensity: Float64Array.of(-400, 0.5) }])).toEqual([Math.log(1e-10), 0.5]);
});
