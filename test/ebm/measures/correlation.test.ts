// The correlations of the diagnosis plot, against numpy.correlate on the scaled curves.
import { expect, test } from "vitest";
import { correlations } from "../../../ebm/measures/correlation.ts";

const d = [1, -2, 0.5, 3, -1, -1.5, 2, 0.25];
const r = [0.1, 0.4, 0.2, 0.35, 0.5, 0.3, 0.15, 0.25];
const near = (values: number[]): number[] => values.map((value) => expect.closeTo(value, 13) as number);

test("correlations(d, r) up to lag 3 are numpy's", () => {
  expect(correlations(d, r, 2000, 3)).toEqual({
    lags: [-3, -2, -1, 0, 1, 2, 3],
    cross: near([
      -0.440251644287086, 0.07623405095880276, 0.663236243341584, -0.46979233903362216, -0.1305508122669497,
      0.41833435463643015, -0.21250241704766268,
    ]),
    autoEnergy: near([
      0.46376811594202894, -0.5971014492753622, -0.25507246376811593, 1, -0.25507246376811593, -0.5971014492753622,
      0.46376811594202894,
    ]),
    autoGradient: near([
      -0.03101503759398486, -0.18358395989974946, -0.12813283208020054, 1, -0.12813283208020054, -0.18358395989974946,
      -0.03101503759398486,
    ]),
  });
});

test("correlations look at the last updates of the window only, and no further than their number allows", () => {
  expect(correlations(d, r, 4)).toEqual({
    lags: [-3, -2, -1, 0, 1, 2, 3],
    cross: near([
      0.07252377242938954, 0.3263569759322528, 0.18130943107347375, -0.7433686674012422, -0.4895354638983791,
      0.5801901794351157, 0.07252377242938947,
    ]),
    autoEnergy: near([
      -0.034188034188034185, -0.32478632478632474, -0.1367521367521367, 1, -0.1367521367521367, -0.32478632478632474,
      -0.034188034188034185,
    ]),
    autoGradient: near([
      -0.15384615384615394, -0.4615384615384615, 0.11538461538461546, 1, 0.11538461538461546, -0.4615384615384615,
      -0.15384615384615394,
    ]),
  });
});

test("correlations use the lags from -15 to 15 of the last 2000 updates unless told otherwise", () => {
  const long = Array.from({ length: 2500 }, (_, t) => (t < 500 ? 1e9 : Math.sin(t)));
  const { lags, autoEnergy } = correlations(long, long);
  expect(lags).toEqual(Array.from({ length: 31 }, (_, i) => i - 15));
  expect(autoEnergy[16]).toBeCloseTo(Math.cos(1), 2);
});

test("a positive lag of the cross-correlation is one where d follows r", () => {
  const strength = [0, 0, 1, 0, 0, 0];
  const follows = [0, 0, 0, 1, 0, 0];
  const { lags, cross } = correlations(follows, strength);
  expect(lags[cross.indexOf(Math.max(...cross))]).toBe(1);
});

test("a constant gradient strength correlates with nothing", () => {
  expect(correlations([1, -1], [2, 2])).toMatchObject({ cross: [0, 0, 0], autoGradient: [0, 0, 0] });
});

test("correlations refuse curves of different length", () => {
  expect(() => correlations([1, 2], [1])).toThrow("expected two curves of one length, got 2 and 1 (d, r)");
});
