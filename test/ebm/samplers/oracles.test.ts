/** Every exact sampler, at several step sizes, on targets whose moments are known. */

import { afterAll, describe, expect, test } from "vitest";
import { compile, foldIn, key, normal, toArray, type Key, type Tensor } from "../../../engine/index.ts";
import {
  adapted,
  banana,
  correlatedNormal,
  hmc,
  independent,
  mala,
  modes,
  normalProposal,
  parallelTempering,
  product,
  quartic,
  randomWalk,
  scheduled,
  standardNormal,
  trajectory,
  walk,
  type Chains,
  type Report,
  type Sampler,
  type Target,
} from "../../../ebm/index.ts";
import "../../engine/opened.ts";

/** Side by side in the coordinates of one chain. */
const targets: readonly Target[] = [
  standardNormal(),
  correlatedNormal(0.8),
  banana(),
  modes({ centres: [[1.2], [-1.2]], weights: [2 / 3, 1 / 3], deviation: 1 }),
  quartic(),
];

/** A sampler by the number that is tried at several values. */
interface Row<R extends Report> {
  name: string;
  sampler: (size: Tensor) => Sampler<Chains, R>;
  sizes: readonly number[];
  on?: readonly Target[];
}

const [chains, warmUp, records, every] = [500, 100, 30, 5];

const rows: readonly Row<"acceptance">[] = [
  { name: "mala", sampler: (stepSize) => mala({ stepSize }), sizes: [0.05, 0.15] },
  { name: "hmc of one leapfrog", sampler: (stepSize) => hmc({ stepSize }), sizes: [0.3, 0.5] },
  { name: "hmc of four leapfrogs", sampler: (stepSize) => hmc({ stepSize, leapfrogs: 4 }), sizes: [0.15, 0.4] },
  { name: "randomWalk", sampler: (scale) => randomWalk({ scale }), sizes: [0.3, 0.7] },
  {
    name: "independent",
    sampler: (scale) => independent({ proposal: normalProposal(1.6), temperature: scale }),
    sizes: [1],
    on: targets.filter(({ name }) => name !== "banana"),
  },
  {
    name: "mala that adapted",
    sampler: (initial) =>
      adapted((stepSize) => mala({ stepSize: stepSize.mul(initial) }), { initial: 0.5, target: 0.7, warmUp }),
    sizes: [1],
  },
  {
    name: "mala with a schedule of step sizes",
    sampler: (size) => scheduled((i) => mala({ stepSize: i.mul(0.02).sin().square().add(0.1).mul(size) })),
    sizes: [0.2],
  },
  {
    name: "parallelTempering of mala",
    sampler: (size) =>
      parallelTempering((temperature) => mala({ stepSize: temperature.mul(size), temperature }), [1, 1.5, 2.25]),
    sizes: [0.1],
  },
];

/** Positions `[records, chains, d]` and mean acceptance of a row at each of its sizes. */
const programs = new Map<string, (size: number) => Promise<{ data: ArrayLike<number>; acceptance: number }>>();

function programOf({ name, sampler, on = targets }: Row<"acceptance">) {
  const { energy, dimensions } = product(on);
  const compiled = compile((from: Key, size: Tensor) => {
    const started = walk(sampler(size), energy, normal(foldIn(from, 0), [chains, dimensions]), warmUp, foldIn(from, 1));
    const kept = trajectory(sampler(size), energy, started.state, { records, every }, foldIn(from, 2));
    return [kept.x, kept.means.acceptance.mean()];
  });
  disposals.push(() => compiled.dispose());
  const runs = new Map<number, Promise<{ data: ArrayLike<number>; acceptance: number }>>();
  const run = async (size: number) => {
    const [x, acceptance] = await Promise.all(compiled(key(5), size).map(toArray));
    return { data: x.data, acceptance: acceptance.data[0] };
  };
  const remembered = (size: number) => {
    const known = runs.get(size) ?? run(size);
    runs.set(size, known);
    return known;
  };
  programs.set(name, remembered);
  return remembered;
}

const disposals: (() => void)[] = [];
afterAll(() => disposals.forEach((dispose) => dispose()));

/** Standard errors allowed to a mean over independent chains. */
const FOUR = 4;

describe.each(rows)("$name", (row) => {
  const { on = targets } = row;
  const { begins, dimensions } = product(on);
  const ends = programOf(row);

  test.each(row.sizes.flatMap((size) => on.map((target, at) => [size, target.name, target, begins[at]] as const)))(
    "at %d leaves the moments of %s within four standard errors",
    async (size, _name, target, begin) => {
      const { data, acceptance } = await ends(size);
      expect(acceptance).toBeGreaterThan(0.05);
      expect(acceptance).toBeLessThan(0.999);
      for (const { name, of, is } of target.moments) {
        const means = Array.from({ length: chains }, (_, chain) => {
          let sum = 0;
          for (let record = 0; record < records; record++) {
            const at = (record * chains + chain) * dimensions + begin;
            sum += of(data[at], data[at + 1]);
          }
          return sum / records;
        });
        const mean = means.reduce((a, b) => a + b) / chains;
        const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (chains - 1);
        const errors = (mean - is) / Math.sqrt(variance / chains);
        expect(Math.abs(errors), `mean of ${name} is ${mean}, not ${is}`).toBeLessThan(FOUR);
      }
    },
  );
});
