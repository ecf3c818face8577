/** Tables written in place: whatever reads them before, after, in a loop or beside it reads what it should. */

import { expect, test } from "vitest";
import { compile, dispose, fromArray, iota, loop, put, take, toArray, type Tensor } from "../../engine/index.ts";
import "./opened.ts";
import { check } from "./property.ts";
import { limited, tableInputs, tableProgram, tablePrograms, whole } from "./tablePrograms.ts";
import { expectAgreement, expected, expectResults } from "./threeWays.ts";

test("programs that take, put and loop give the same, whichever of their tables are donated", () =>
  check(
    tablePrograms,
    async (drawn) => {
      const [inputs, { donated }] = [tableInputs(drawn), drawn];
      const wanted = expected(tableProgram(drawn, true), inputs, true);
      const compiled = compile(tableProgram(drawn, false), { donate: [0, 1, 2, 3].filter((at) => donated[at]) });
      const kept = inputs.map(fromArray);
      for (const way of ["compiled", "replayed"]) {
        const given = inputs.map((input, at) => (donated[at] ? fromArray(input) : kept[at]));
        const made = compiled(given[0], given[1], given[2], given[3]);
        await expectResults(way, made, wanted);
        dispose(made);
      }
      for (const [at, tensor] of kept.entries()) expect((await toArray(tensor)).data).toEqual(inputs[at].data);
      dispose(kept);
      compiled.dispose();
    },
    40,
  ));

test("a carry that is read after something was put into it is not written in place", async () => {
  for (const count of [1, 2, 3]) {
    const program = (unroll: boolean) => (x: Tensor, v: Tensor) =>
      loop(
        count,
        (i, [x, v]) => {
          const rows = iota([3]).add(i);
          const after = put(x, rows, v);
          return [after, limited(take(after, rows).sub(take(x, rows.add(1))))];
        },
        [x, v],
        { unroll },
      );
    await expectAgreement(program(false), [whole(1, [5, 2]), whole(2, [3, 2])], {
      exactly: true,
      meaning: program(true),
    });
  }
});
