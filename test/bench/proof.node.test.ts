/** What the proofs have in common: which runs are meant, and which file they go on with. */

import { expect, test } from "vitest";
import { chosenRuns, resumed } from "../../bench/ebm/proof.ts";

test("chosenRuns takes the runs whose names have all words, and lists the names where there is none", () => {
  const names = ["JEM, 60 labels", "JEM, 5000 labels"];
  expect(chosenRuns(["JEM", "60"], names, (name) => name)).toEqual(["JEM, 60 labels"]);
  expect(() => chosenRuns(["7"], names, (name) => name)).toThrow(
    'no run has "7" in its name: "JEM, 60 labels", "JEM, 5000 labels"',
  );
});

test("resumed takes --resume FILE out of the words, wherever it stands, and refuses a file that is not there", () => {
  expect(resumed(["guarded"])).toEqual({ file: null, others: ["guarded"] });
  expect(resumed(["JEM", "--resume", "package.json", "60"])).toEqual({ file: "package.json", others: ["JEM", "60"] });
  expect(() => resumed(["--resume", "none.jsonl"])).toThrow(
    "--resume: needs a file of results to go on with, got none.jsonl",
  );
  expect(() => resumed(["--resume"])).toThrow("--resume: needs a file of results to go on with, got none");
});
