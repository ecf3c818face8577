// The pickle machine: every kind of plain value by hand, and everything that is not plain data refused.
import { describe, expect, test } from "vitest";
import { FormatError } from "../../../nn/formatError.ts";
import { Global, readPickle, type Globals } from "../../../nn/formats/pickle.ts";
import { dict, global, pickle, word, type Parts } from "./pickles.ts";

const globals: Globals = { "shop.pair": (args) => (args.length === 2 ? [...args] : undefined), "shop.sign": null };
const persistent = (id: unknown): unknown => (typeof id === "string" ? `persistent ${id}` : undefined);
const read = (parts: Parts): unknown => readPickle(pickle(...parts), { globals, persistent })[0];

const one = [0x4b, 1];
const two = [0x4b, 2];
const half = [0x47, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0];

test.each<[string, unknown, Parts]>([
  ["None after its protocol", null, [0x80, 2, "N."]],
  ["None in a frame", null, [0x80, 4, 0x95, [2, 0, 0, 0, 0, 0, 0, 0], "N."]],
  ["True", true, [0x88, "."]],
  ["False", false, [0x89, "."]],
  ["an integer of four bytes with its sign", -2, ["J", [0xfe, 0xff, 0xff, 0xff], "."]],
  ["an integer of one byte", 200, ["K", 200, "."]],
  ["an integer of two bytes", 513, ["M", [1, 2], "."]],
  ["a long of no bytes", 0, [0x8a, 0, "."]],
  ["a negative long", -1, [0x8a, 1, 0xff, "."]],
  ["a positive long with its high bit set", 128, [0x8a, 2, [0x80, 0], "."]],
  ["a long that no number is", 2n ** 64n, [0x8a, 9, [0, 0, 0, 0, 0, 0, 0, 0, 1], "."]],
  ["a float", 0.5, [half, "."]],
  ["a string", "grün", [word("grün"), "."]],
  ["a short string", "ab", [0x8c, 2, "ab."]],
  ["a string of Python 2", "ab", ["U", 2, "ab."]],
  ["bytes", Uint8Array.of(1, 255), ["C", 2, [1, 255], "."]],
  ["a list, appended to one by one and by many", [1, 2, 1], ["]", one, "a(", two, one, "e."]],
  [
    "tuples",
    [[], [1], [1, 2], [1, 2, 1], [1]],
    ["()", one, 0x85, one, two, 0x86, one, two, one, 0x87, "(", one, "tt."],
  ],
  [
    "a dict",
    new Map<unknown, unknown>([
      ["a", 1],
      [2, 0.5],
    ]),
    ["}", word("a"), one, "s(", two, half, "u."],
  ],
  ["what was remembered", [1, 1, 1], ["(", one, "q", 7, "h", 7, "j", [7, 0, 0, 0], "t."]],
  ["what was memoized", ["a", "a"], ["(", word("a"), 0x94, "h", 0, "t."]],
  ["a global that is named", new Global("shop.sign", null), [global("shop", "sign"), "."]],
  ["a call that is allowed", [1, 2], [global("shop", "pair"), one, two, 0x86, "R."]],
  ["a call by names on the stack", [1, 2], [word("shop"), word("pair"), 0x93, one, two, 0x86, "R."]],
  ["a persistent id", "persistent a", [word("a"), "Q."]],
  ["a dict whose attributes are left out", new Map([["a", 1]]), [dict({ a: one }), dict({ note: two }), "b."]],
])("readPickle reads %s", (_what, value, parts) => {
  expect(read(parts)).toEqual(value);
});

test("readPickle gives the byte behind the end, where the next pickle begins", () => {
  const bytes = pickle("N.", one, ".");
  const [first, next] = readPickle(bytes, { globals, persistent });
  expect([first, next]).toEqual([null, 2]);
  expect(readPickle(bytes, { globals, persistent, start: next })).toEqual([1, 5]);
});

describe("readPickle refuses, naming the byte,", () => {
  const cases: [string, Parts, string][] = [
    [
      "a global that is not listed",
      [0x80, 2, global("posix", "system"), word("ls"), 0x85, "R."],
      'global "posix.system" is not allowed, only plain data and tensors are read, at byte 2',
    ],
    ["a global of every object", [global("shop", "__proto__"), "."], 'global "shop.__proto__" is not allowed'],
    ["a global of an odd name", [global("", "constructor"), "."], 'global ".constructor" is not allowed'],
    ["a global whose name is a number", [one, word("a"), 0x93, "."], "the name of a global is no string, at byte 8"],
    ["making an instance", ["(ishop\npair\n."], "opcode 0x69 INST is not allowed, at byte 1"],
    ["making an object", [global("shop", "pair"), ")", 0x81, "."], "opcode 0x81 NEWOBJ is not allowed, at byte 12"],
    ["an extension", [0x82, 1, "."], "opcode 0x82 EXT1 is not allowed, at byte 0"],
    ["a byte that is no opcode", ["N", 0xff, "."], "opcode 0xff is not allowed, at byte 1"],
    ["a call of what is only named", [global("shop", "sign"), ")R."], "what is called is no function, at byte 12"],
    ["a call of a string", [word("eval"), word("1 + 1"), 0x85, "R."], "what is called is no function, at byte 20"],
    ["other arguments", [global("shop", "pair"), ")R."], "the arguments of shop.pair are not understood, at byte 12"],
    ["arguments that are no tuple", [global("shop", "pair"), "NR."], "the arguments of shop.pair are not understood"],
    ["attributes of a number", [one, "}b."], "the state of an object is not understood, at byte 3"],
    ["another persistent id", [one, "Q."], "a persistent id is not understood, at byte 2"],
    ["protocol 0", ["I1\n."], "opcode 0x49 INT is not allowed, at byte 0"],
    ["protocol 6", [0x80, 6, "N."], "protocol 6; known are 2 to 5, at byte 0"],
    ["no end", ["N"], "truncated, expected 1 more bytes, got 0, at byte 1"],
    ["a string that is cut", ["X", [9, 0, 0, 0], "abc"], "truncated, expected 9 more bytes, got 3, at byte 0"],
    [
      "a string of 2⁶⁴ bytes",
      [0x8d, Array<number>(8).fill(255), "a."],
      "truncated, expected 18446744073709552000 more",
    ],
    ["a name that is cut", ["cshop\npai"], "truncated within the name of a global, at byte 0"],
    ["a string that is not UTF-8", ["U", 1, 0xff, "."], "a string is not UTF-8, at byte 0"],
    ["an empty stack", ["."], "nothing is left on the stack, at byte 0"],
    ["what lies below a mark", [one, "(a."], "nothing is left on the stack, at byte 3"],
    ["an end with what lies below a mark", [one, "(."], "nothing is left on the stack, at byte 3"],
    ["a list below a mark", ["](", one, "a."], "nothing is left on the stack, at byte 4"],
    ["no mark", [one, "t."], "there is no mark on the stack, at byte 2"],
    ["what nobody remembers", ["h", 3, "."], "nothing is remembered as 3, at byte 0"],
    ["appending to a number", [one, one, "a."], "only a list can be appended to, at byte 4"],
    ["items of a list", ["]", one, one, "s."], "only a dict has items, at byte 5"],
    ["a key without a value", ["}(", one, "u."], "a key has no value, at byte 4"],
    ["a list as a key", ["}]", one, "s."], "a key is neither a string nor a number, at byte 4"],
  ];
  test.each(cases)("%s", (_what, parts, message) => {
    expect(() => read(parts)).toThrow(FormatError);
    expect(() => read(parts)).toThrow(`pickle: ${message}`);
  });
});
