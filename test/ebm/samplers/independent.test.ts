/** Proposals that do not look at where the chain stands. */

import { expect, test } from "vitest";
import { key, reference, type Tensor } from "../../../engine/index.ts";
import {
  dataStart,
  independent,
  normalProposal,
  normalStart,
  startProposal,
  walk,
  type Energy,
} from "../../../ebm/index.ts";
import { draw } from "../../engine/draw.ts";

type Result = { shape: readonly number[]; data: Float64Array };

const bowl: Energy = (x) => x.square().flatten(1).sum(1).mul(0.5);

test("proposes from a start as from the normal numbers it stands for", () => {
  const start = draw(1, [5, 2]);
  const ends = [normalProposal(0.7), startProposal(normalStart(0.7), normalProposal(0.7).energy)].map((proposal) => [
    ...(reference((x: Tensor) => walk(independent({ proposal }), bowl, x, 5, key(1)).x)(start) as Result).data,
  ]);
  expect(ends[0]).toEqual(ends[1]);
});

test("refuses a start that asks for data", () => {
  expect(() => startProposal(dataStart(), bowl).draw(key(1), [3, 2])).toThrow(
    "startProposal: a start that draws from data has no density of its own",
  );
});
