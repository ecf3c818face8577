/** The arena without a page: what its address says, what it counts, and how it judges. */

import { expect, test } from "vitest";
import { planarTargets } from "../../../ebm/index.ts";
import { raceOf, wordsOf } from "../../../cli/web/rooms/arena/address.ts";
import { initial, raceOn, withRacer, withSetting } from "../../../cli/web/rooms/arena/choices.ts";
import { Field } from "../../../cli/web/rooms/arena/field.ts";
import { racers } from "../../../cli/web/rooms/arena/racers.ts";
import { Runner } from "../../../cli/web/rooms/arena/runner.ts";
import { BARS, Tally, WARM_UP, WINDOW } from "../../../cli/web/rooms/arena/tally.ts";
import { standingOf, verdict } from "../../../cli/web/rooms/arena/words.ts";
import { decode, encode } from "../../../nn/formats/safetensors.ts";
import "../../engine/opened.ts";

const words = (text: string): URLSearchParams => new URLSearchParams(text);

test("a race goes into the address and comes back, without what its target opens with", () => {
  expect(wordsOf(initial)).toEqual({ target: "gaussian" });
  const race = { ...raceOn("funnel", initial), racers: ["mala", "hmc"], seed: 7, chains: 50 };
  expect(wordsOf(race)).toEqual({ target: "funnel", chains: "50", seed: "7", racers: "mala,hmc" });
  expect(raceOf(words("seed=7&racers=hmc,mala&chains=50&target=funnel"))).toEqual({ race, problems: [] });
});

test("what makes no sense in the address is named", () => {
  const { race, problems } = raceOf(words("target=moon&chains=2&racers=nuts&stepSiz=1"));
  expect(race).toEqual(initial);
  expect(problems).toEqual([
    expect.stringContaining('got "moon"') as string,
    expect.stringContaining("chains") as string,
    `address: racers are of ${racers.map(({ name }) => name).join(", ")}, got "nuts"`,
    expect.stringContaining('did you mean "stepSize"?') as string,
  ]);
});

test("another target brings its own step size and keeps who races, and samplers stay in their order", () => {
  const race = withSetting({ ...initial, racers: ["hmc"], seed: 3 }, "target", "banana");
  expect([race.stepSize, race.racers, race.seed]).toEqual([0.15, ["hmc"], 3]);
  expect(withRacer(withRacer(race, "langevin", true), "hmc", false).racers).toEqual(["langevin"]);
  expect(withRacer(race, "mala", true).racers).toEqual(["mala", "hmc"]);
});

test("a tally counts after the warm-up, keeps the last stretches, and knows densities", () => {
  const tally = new Tally(planarTargets.gaussian, 2, 1);
  const stretch = (steps: number, x: number) => ({
    ...{ steps, chances: null, accepted: null, seconds: 0.5 },
    positions: Float32Array.from({ length: 4 * steps }, (_, i) => (i % 2 === 0 ? x : 3.99)),
  });
  tally.add(stretch(WARM_UP, -3.99));
  expect([...tally.histograms[0]]).toEqual(new Array(BARS).fill(0));
  tally.add(stretch(WINDOW, 0.01));
  tally.add(stretch(WINDOW, -3.99));
  const [x, y] = tally.histograms;
  // Half of the draws in each of two bars that are 8 / 48 wide; all of them in the topmost.
  expect([x[0], x[BARS / 2], y[BARS - 1]]).toEqual([3, 3, 6]);
  expect(tally.steps).toBe(WARM_UP + 2 * WINDOW);
  expect(new Set(tally.sample(10))).toEqual(new Set([Math.fround(-3.99), Math.fround(3.99)]));
  // Chains that stand still are no chains.
  expect(tally.scores()!.rHat).toBeNaN();
  expect(standingOf({ ...tally.scores()!, ksd: 0 })).toBe("lost");
});

test("on the Gaussian MALA is right, the published one and Langevin are biased, and verdicts say so", async () => {
  const race = { ...raceOn("gaussian", initial), chains: 60 };
  const judged = async (name: string) => {
    const runner = new Runner(
      racers.find((racer) => racer.name === name)!,
      planarTargets.gaussian,
      race,
    );
    for (let i = 0; i < 7; i++) await runner.lap(50);
    const scores = { ...runner.tally.scores()!, ksd: 0 };
    runner.dispose();
    return scores;
  };
  const right = await judged("mala");
  expect(verdict(right)).toBe("Agrees with the truth.");
  expect(right.acceptance).toBeGreaterThan(0.84);
  expect(right.acceptance).toBeLessThan(0.91);

  const published = await judged("mala-published");
  expect(standingOf(published)).toBe("biased");
  expect(published.acceptance).toBeGreaterThan(0.94);
  // 1 / (1 − η / 2) with η = ½ without any rejection.
  const plain = await judged("langevin");
  expect(plain.worst.name).toMatch(/^[xy]²$/);
  expect(plain.worst.mean).toBeCloseTo(4 / 3, 1);
  expect(plain.acceptance).toBe(null);
  expect(verdict(plain)).toMatch(/^Biased: mean [xy]² is 1\.\d+, the truth 1\.00\.$/);
});

test("a race that was kept goes on with the laps and numbers of one that never stopped, bit for bit", async () => {
  const race = { ...raceOn("wells", initial), racers: ["langevin", "tempering"], chains: 5 };
  const lapsOf = async (field: Field, steps: number) => Promise.all(field.runners.map((runner) => runner.lap(steps)));
  const numbersOf = async (field: Field) => {
    const all = await Promise.all(field.runners.map((runner) => field.scores(runner)));
    return all.map((scores) => ({ ...scores, essPerSecond: 0 }));
  };
  const whole = new Field(race);
  // Past the warm-up.
  for (let lap = 0; lap < 3; lap++) await lapsOf(whole, 60);
  const bytes = encode(await whole.checkpoint());
  const resumed = new Field(race);
  resumed.restore(decode(bytes).arrays);
  expect([resumed.step, resumed.runners[1].present.before]).toEqual([whole.step, whole.runners[1].present.before]);
  expect(await lapsOf(resumed, 60)).toEqual(await lapsOf(whole, 60));
  const numbers = await numbersOf(resumed);
  expect(numbers).toEqual(await numbersOf(whole));
  expect(numbers[1].acceptance).toBeGreaterThan(0.5);
  const other = new Field({ ...race, chains: 6 });
  expect(() => other.restore(decode(bytes).arrays)).toThrow('array "state.x" should be f32 [6, 2], got f32 [5, 2]');
  for (const field of [whole, resumed, other]) field.dispose();
});
