/** Samplers by name: what settings make of them. */

import { expect, test } from "vitest";
import { key, reference, type Tensor } from "../../../engine/index.ts";
import {
  samplerKind,
  samplerNames,
  samplerOf,
  temperatureOf,
  walk,
  type Energy,
  type SamplerSettings,
} from "../../../ebm/index.ts";
import { FAR, spreadOfVariance } from "../chance.ts";

const settings: SamplerSettings = {
  ...{ stepSize: 0.2, noise: 0.2, momentum: 0.9, leapfrogs: 2, friction: 1, scale: 0.5 },
  ...{ replicas: 3, hottest: 4, target: 0.574, warmUp: 20, boldest: 4 },
};

const bowl: Energy = (x) => x.square().flatten(1).sum(1).mul(0.5);
const [chains, steps] = [600, 40];

const racing = samplerNames.filter((name) => samplerKind(name).gradients !== null);

test.each(racing)("%s samples at the temperature noise² / (2 · stepSize)", (name) => {
  const temperature = temperatureOf(settings);
  expect(temperature).toBeCloseTo(0.1, 12);
  const sampler = samplerOf(name, { ...settings, temperature });
  const program = reference((x: Tensor) => walk(sampler, bowl, x, steps, key(2)).x.square().mean());
  const variance = (program({ shape: [chains, 1], data: new Float64Array(chains) }) as { data: Float64Array }).data[0];
  // Langevin steps of 0.2 that nobody rejects leave T / (1 − 0.1); the published choice rejects hardly any.
  const wanted = ["langevin", "mala-published"].includes(name) ? temperature / 0.9 : temperature;
  expect(Math.abs(variance / wanted - 1)).toBeLessThan(FAR * spreadOfVariance(1, chains));
});

test("samplers say what a step is, with the numbers of their settings, and take as many gradients as they say", () => {
  const steps = Object.fromEntries(samplerNames.map((name) => [name, samplerKind(name).step(settings)]));
  expect(steps.momentum).toBe("m ← 0.9 · m + 0.1 · ∇E(x), x ← x − 0.2 · m + 0.2 · N(0, I)");
  expect(steps["random-walk"]).toBe("x ← x + 0.2 · N(0, I), accepted or not (Metropolis)");
  expect(steps.tempering).toContain("beside replicas at 2, 4 times the temperature");
  expect(steps["mala-published"]).toContain("published correction, which is wrong");
  const gradients = racing.map((name) => samplerKind(name).gradients!(settings));
  expect(Object.fromEntries(racing.map((name, at) => [name, gradients[at]]))).toEqual({
    ...{ langevin: 1, mala: 1, "mala-published": 1, hmc: 2, "random-walk": 0 },
    ...{ tempering: 3, kinetic: 1, adapted: 1, independent: 0 },
  });
});

test("samplers that need a temperature refuse noise 0; Langevin and the minimisers descend", () => {
  const cold = { ...settings, noise: 0, temperature: 0 };
  const descending = samplerNames.filter((name) => samplerKind(name).descends);
  expect(descending).toEqual(["langevin", "momentum", "adam"]);
  for (const name of samplerNames.filter((one) => !descending.includes(one)))
    expect(() => samplerOf(name, cold)).toThrow(
      new RangeError(`sampler.kind: "${name}" samples at a temperature; sampler.noise must be above 0, got 0`),
    );
});
