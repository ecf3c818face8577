/** The address of the page. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { readAddress, writeAddress } from "../../../cli/web/address.ts";
import { check } from "../../engine/property.ts";

const word = fc
  .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
  .filter((name) => !["v", "room"].includes(name));

test("readAddress gives back the room and the words that writeAddress was given", () =>
  check(fc.record({ room: word, words: fc.dictionary(word, word, { noNullPrototype: true }) }), ({ room, words }) => {
    const read = readAddress(`#${writeAddress(room, words)}`);
    expect({ ...read, words: Object.fromEntries(read.words) }).toEqual({ room, words, problems: [] });
  }));

test("writeAddress writes as a person would", () => {
  expect(writeAddress("landscape", { recipe: "anatomy/gmm", layers: "data,chains" })).toBe(
    "v=1&room=landscape&recipe=anatomy/gmm&layers=data,chains",
  );
});

test("readAddress of nothing names no room, and of another version says so", () => {
  expect(readAddress("")).toMatchObject({ room: null, problems: [] });
  expect(readAddress("#v=9&seed=5").problems).toEqual(["address: this page reads version 1, got v=9"]);
});
