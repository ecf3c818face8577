/** Optimisers over five updates, averaged weights and schedules against PyTorch 2.13, in float64 on both sides. */

import { expect, test } from "vitest";
import { reference, type ReferenceTensor, type Tensor, type Tree } from "../../../engine/index.ts";
import {
  adam,
  adamW,
  changing,
  clipByNorm,
  clipByValue,
  cosineRate,
  ema,
  exponentialRate,
  grouped,
  multiStepRate,
  rmsprop,
  sgd,
  stepRate,
  warmedUp,
  type Optimizer,
  type Schedule,
} from "../../../nn/index.ts";
import url from "../../fixtures/pytorch/optimizers.safetensors?url&inline";
import { casesOf, expectSame, expectSameTree, type Arrays } from "./fixtures.ts";

const cases = await casesOf(url);
const { parameters, slopes, rates } = cases.get("shared") as {
  parameters: Arrays;
  slopes: Arrays;
  rates: ReferenceTensor;
};
const { schedules } = Object.fromEntries(cases);

const isBias = (path: string) => path === "bias";

const optimizers: Record<string, Optimizer> = {
  sgd: sgd(),
  "sgd with momentum": sgd({ momentum: 0.9, weightDecay: 0.1 }),
  "sgd with nesterov": sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
  adam: adam(),
  "adam with weight decay": adam({ betas: [0.5, 0.9], epsilon: 1e-3, weightDecay: 0.1 }),
  "adam without momentum": adam({ betas: [0, 0.9] }),
  adamW: adamW({ weightDecay: 0.3 }),
  rmsprop: rmsprop(),
  "rmsprop centered": rmsprop({ alpha: 0.9, epsilon: 0.1, momentum: 0.5, centered: true, weightDecay: 0.1 }),
  "sgd of clipped norm": changing((slopes) => clipByNorm(slopes, 1.5), sgd()),
  "sgd of a norm within bounds": changing((slopes) => clipByNorm(slopes, 100), sgd()),
  "sgd of clipped values": changing((slopes) => clipByValue(slopes, 0.5), sgd()),
  "adam in groups": grouped({
    biases: { takes: isBias, optimizer: adam(), rate: 0.25 },
    weights: { takes: (path) => !isBias(path), optimizer: adam({ weightDecay: 0.1 }) },
  }),
};

const rules: Record<string, Schedule> = {
  step: stepRate(0.5, 4, 0.3),
  multiStep: multiStepRate(0.5, [3, 5, 11], 0.3),
  exponential: exponentialRate(0.5, 0.8),
  cosine: cosineRate(0.5, 19, 0.1),
  "multiStep warmed up": warmedUp(multiStepRate(0.5, [8, 12], 0.3), 6),
};

test("every case of the file has its rule here", () => {
  const known = [...Object.keys(optimizers), "shared", "ema", "schedules"];
  expect(known).toEqual(expect.arrayContaining([...cases.keys()]));
  expect(Object.keys(schedules)).toEqual(expect.arrayContaining(Object.keys(rules)));
});

test.each(Object.entries(optimizers))("%s takes the five steps that PyTorch's takes", (name, optimizer) => {
  const fiveUpdates = reference(
    (first: Tree, all: readonly Tree[], rates: readonly Tensor[]) =>
      all.reduce(
        (now: { parameters: Tree; state: Tree }, slope, update) =>
          optimizer.update(now.parameters, slope, now.state, rates[update]),
        { parameters: first, state: optimizer.init(first) },
      ).parameters,
  );
  const found = fiveUpdates(parameters, Object.values(slopes), Array.from(rates.data)) as Arrays;
  expectSameTree(name, found, cases.get(name)!);
});

test("ema(0.75) is PyTorch's averaged model", () => {
  const average = ema(0.75);
  const program = reference((first: Tensor, all: readonly Tensor[]) =>
    average.weights(all.reduce((state, weight) => average.update(state, { weight }), average.init({ weight: first }))),
  );
  const seen = Object.values(slopes).map((tree) => (tree as Arrays).weight);
  expectSameTree("ema", program(parameters.weight, seen) as Arrays, cases.get("ema")!);
});

test.each(Object.entries(rules))("the rate %s is PyTorch's", (name, schedule) => {
  const wanted = schedules[name] as ReferenceTensor;
  const data = Array.from({ length: wanted.data.length }, (_, update) => schedule(update));
  expectSame(name, { shape: wanted.shape, data }, wanted);
  expect(new Set(data).size).toBeGreaterThan(1);
});
