/** Walks by one kernel: which samplers can be walked so, with the numbers of dispatches, and that the toy recipes are. */

import { describe, expect, test } from "vitest";
import {
  adamDescent,
  adapted,
  descent,
  hmc,
  independent,
  kineticLangevin,
  langevin,
  mala,
  parallelTempering,
  randomWalk,
  recipes,
  walk,
  type Chains,
  type Report,
  type Sampler,
} from "../../ebm/index.ts";
import { compile, dispose, key, normal, scope, toArray, useDevice, type Key, type Tensor } from "../../engine/index.ts";
import { linear, sequential, silu } from "../../nn/index.ts";
import { digest } from "../engine/digest.ts";
import { chaining, plain } from "../engine/forms.ts";
import { device } from "../engine/opened.ts";
import { openSmall, update } from "./small.ts";
import { openSmallJem } from "./smallJem.ts";

const net = sequential(linear(2, 12), silu(), linear(12, 1));

/** What a walk and all its reports come to on a device, and its plan. */
async function walked<R extends Report>(
  which: typeof device,
  sampler: Sampler<Chains, R>,
): Promise<{ data: unknown[]; plan: string }> {
  useDevice(which);
  const { parameters, x } = scope(() => ({ parameters: net.init(key(1)), x: normal(key(2), [12, 2]) }));
  const program = compile((weights: typeof parameters, start: Tensor, random: Key) => {
    const energy = (at: Tensor) => net.apply(weights, at).reshape([-1]);
    const { x, means } = walk(sampler, energy, start, 5, random);
    return [x, ...Object.values<Tensor>(means)];
  });
  const plan = (await program.prepare(parameters, x, key(3))).explain();
  const results = program(parameters, x, key(3));
  const data = (await Promise.all(results.map((result) => toArray(result)))).map((array) => array.data);
  dispose(parameters, x, results);
  program.dispose();
  useDevice(device);
  return { data, plan };
}

const samplers: Record<string, Sampler> = {
  langevin: langevin({ stepSize: 0.1, noise: 0.01 }),
  "langevin, clipped": langevin({ stepSize: 0.1, noise: 0.01, clip: 0.05 }),
  mala: mala({ stepSize: 0.1 }),
  "mala, as published": mala({ stepSize: 0.1, published: true }),
  hmc: hmc({ stepSize: 0.3, leapfrogs: 3 }),
  "hmc, as published": hmc({ stepSize: 0.3, leapfrogs: 1, published: true }),
  BAOAB: kineticLangevin({ stepSize: 0.1, friction: 1 }),
  ABOBA: kineticLangevin({ stepSize: 0.1, friction: 1, scheme: "ABOBA" }),
  "random walk": randomWalk({ scale: 0.1 }),
  independent: independent(),
  descent: descent({ stepSize: 0.1, momentum: 0.9 }),
  "Adam descent": adamDescent({ stepSize: 0.01 }),
  "adapted mala": adapted((stepSize) => mala({ stepSize }), { initial: 0.1, target: 0.574, warmUp: 3 }),
};

describe("a walk by one kernel is that by dispatches, to the bit, with all that its steps report", () => {
  test.each(Object.entries(samplers))("%s", async (_name, sampler) => {
    const [standard, chain] = [await walked(plain, sampler), await walked(chaining, sampler)];
    expect([standard, chain].map(({ plan }) => plan.includes("shaders/chain.wgsl"))).toEqual([false, true]);
    expect(chain.plan).not.toContain("no chain:");
    expect(chain.data).toEqual(standard.data);
  });
});

test("parallel tempering, whose chains change places, is walked by dispatches, and says why", async () => {
  const sampler = parallelTempering((temperature) => mala({ stepSize: 0.1, temperature }), [1, 2]);
  const [standard, chain] = [await walked(plain, sampler), await walked(chaining, sampler)];
  expect(chain.plan).toContain("; no chain: walk.take moves elements from chain to chain\n");
  expect(chain.data).toEqual(standard.data);
});

const toys = Object.keys(recipes).filter((name) => /^anatomy\/(gmm|rings)|^jem\/toy/.test(name));

/** What two updates of a recipe leave on a device, and how many chains they ran. */
async function trained(which: typeof device, name: string): Promise<{ digests: unknown; chains: number }> {
  useDevice(which);
  const { pipelines } = which;
  const compiled = new Set<string>();
  const get = pipelines.get.bind(pipelines);
  pipelines.get = (source, shared) => {
    if (source.file === "chain") compiled.add(source.wgsl);
    return get(source, shared);
  };
  const training = await (recipes[name].system === "jem" ? openSmallJem(name) : openSmall(name));
  await update(training, 2);
  const digests = Object.entries(await training.checkpoint()).map(([array, { data }]) => [array, digest(data)]);
  const rows = await training.metrics({ final: true });
  training.dispose();
  pipelines.get = get;
  useDevice(device);
  return { digests: [digests, rows.map(({ r_s }) => r_s)], chains: compiled.size };
}

test.each(toys)("%s trains with chains, and to the same bits", async (name) => {
  const [standard, chain] = [await trained(plain, name), await trained(chaining, name)];
  expect(standard.chains).toBe(0);
  // One walks, the other adds what its steps report; what learns from labels alone walks nowhere.
  expect(chain.chains).toBe(name.includes("supervised") ? 0 : 2);
  expect(chain.digests).toEqual(standard.digests);
});
