/** Points between two frames. */

import { expect, test } from "vitest";
import { Flight } from "../../../cli/web/flight.ts";

const points = (...values: number[]): Float32Array => Float32Array.from(values);

test("points glide to their new places in the time that the last frame took", () => {
  const flight = new Flight();
  flight.send(points(0, 0), 1000, true);
  flight.send(points(4, 8), 1200, true);
  expect([...flight.at(1200)]).toEqual([0, 0]);
  expect([...flight.at(1250)]).toEqual([1, 2]);
  expect(flight.aloft(1399)).toBe(true);
  expect([...flight.at(1400)]).toEqual([4, 8]);
  expect(flight.aloft(1400)).toBe(false);
});

test("points sent on in flight go on from where they are", () => {
  const flight = new Flight();
  flight.send(points(0, 0), 1000, true);
  flight.send(points(4, 8), 1200, true);
  flight.send(points(0, 0), 1300, true);
  expect([...flight.at(1300)]).toEqual([2, 4]);
  expect([...flight.at(1350)]).toEqual([1, 2]);
});

test("points jump at a new start, and where their number changes", () => {
  const flight = new Flight();
  flight.send(points(0, 0), 1000, true);
  flight.send(points(4, 8), 1200, false);
  expect([...flight.at(1201)]).toEqual([4, 8]);
  expect(flight.aloft(1201)).toBe(false);
  flight.send(points(1, 1, 2, 2), 1400, true);
  expect([...flight.at(1401)]).toEqual([1, 1, 2, 2]);
});
