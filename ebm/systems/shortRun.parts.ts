/** What the shortRun system is made of, chosen by its settings. */

import { constant, zeros, type Key, type Shape, type Tree } from "../../engine/index.ts";
import {
  adam,
  exponentialRate,
  nonlocalNet,
  Pass,
  sgd,
  stateOf,
  stridedNet,
  thesisGenerator,
  toyNet,
  vanillaNet,
  type Module,
  type Optimizer,
} from "../../nn/index.ts";
import { givenInOrder, givenName, givenPoints, givenSource } from "../data/given.ts";
import { imageSource } from "../data/images.ts";
import { labelledImages, labelledPoints, type Labelled } from "../data/labelled.ts";
import { madeImages } from "../data/made.ts";
import { pointSet } from "../data/pointSets.ts";
import { selected } from "../data/select.ts";
import type { Source } from "../data/source.ts";
import { toyOf } from "../data/toys/index.ts";
import { dataStart, generatorStart, normalStart, persistentStart, uniformStart, type Start } from "../starts/index.ts";
import type { Levels } from "../trainer.ts";
import type { Context } from "../training.ts";
import { startKinds, type ShortRunSettings } from "./shortRun.fields.ts";

/** What is learned, or what is not: the test part of images has neither a count nor changes. */
export async function sourceOf(
  { data, seed }: ShortRunSettings,
  context: Context,
  part: "train" | "test" = "train",
): Promise<Source> {
  if (data.name === givenName) return givenSource(await givenPoints(context));
  const toy = toyOf(data);
  if (toy !== null) return toy.source();
  const images = madeImages[data.name]?.(seed, part) ?? (await context.data(data.name, part, data.size));
  return part === "train"
    ? imageSource(selected(images, data), data.size, data)
    : imageSource(selected(images, { ...data, count: 0 }), data.size);
}

/** Points that stand for a toy in evaluations. */
const POINTS = 5000;

/** The same in order, for evaluations: the training part with its count and class, but without changes. */
export async function inOrderOf(
  { data, seed }: ShortRunSettings,
  context: Context,
  part: "train" | "test",
): Promise<Labelled> {
  if (data.name === givenName) return givenInOrder(await givenPoints(context));
  const toy = toyOf(data);
  if (toy !== null) return labelledPoints(pointSet(data.name, toy, { seed, part, count: POINTS }));
  const images = madeImages[data.name]?.(seed, part) ?? (await context.data(data.name, part, data.size));
  return labelledImages(selected(images, part === "train" ? data : { ...data, count: 0 }), data.size);
}

export function netOf({ net, data }: ShortRunSettings, source: Source): Module {
  const points = source.item.length === 1;
  if (points !== (net.kind === "toy"))
    throw new RangeError(
      `net.kind: "${net.kind}" does not take ${points ? "points" : "images"}, which data.name "${data.name}" has`,
    );
  if (net.spectral && net.kind !== "vanilla")
    throw new RangeError(`net.spectral: only the vanilla net has spectral norm, got net.kind "${net.kind}"`);
  if (net.kind === "toy") return toyNet(net);
  const options = { ...net, channels: source.item[0], size: source.item[1] };
  return { vanilla: vanillaNet, strided: stridedNet, nonlocal: nonlocalNet }[net.kind](options);
}

/** Power iterations before the first update, as many as PyTorch's parametrization takes. */
const SETTLING = 15;

/**
 * What a net remembers before the first update. The vectors of spectral norm begin at random; chains that walked under them would
 * meet slopes a million times too steep, so passes over nothing bring them to the weights first.
 */
export function rememberedOf(net: Module, parameters: Tree, key: Key, item: Shape): Tree {
  const begun = stateOf(net, key);
  if (Object.keys(begun).length === 0) return begun;
  const pass = Pass.training(begun);
  for (let i = 0; i < SETTLING; i++) net.apply(parameters, zeros([1, ...item]), pass);
  return pass.state;
}

/**
 * Where chains start: those of training, or others, of a kind that remembers nothing.
 * @throws RangeError for another kind, or none
 */
export function startOf(settings: ShortRunSettings, source: Source, kind: string = settings.start.kind): Start {
  const { start, generator } = settings;
  if (kind !== start.kind && (kind === "persistent" || kind === "generator"))
    throw new RangeError(`start: "${kind}" is not what start.kind is, got start.kind "${start.kind}"`);
  switch (kind) {
    case "persistent":
      return persistentStart({ ...start, item: source.item });
    case "data":
      return dataStart();
    case "uniform":
      return uniformStart(start.scale);
    case "normal":
      return normalStart(start.scale);
    case "generator": {
      const [channels, height, width] = source.item;
      if (height !== 32 || width !== 32)
        throw new RangeError(`start.kind: the generator makes images of 32 × 32, data.size is ${settings.data.size}`);
      return generatorStart({
        net: thesisGenerator({ latents: generator.latents, channels, width: generator.width }),
        latents: generator.latents,
        deviation: generator.deviation,
        optimizer: adam({ betas: [generator.beta1, 0.999] }),
        rate: constant(generator.lr),
      });
    }
    default:
      throw new RangeError(`start: no kind "${kind}"; there are ${startKinds.join(", ")}`);
  }
}

export const optimizerOf = ({ optimizer: { kind, beta1, beta2, weightDecay } }: ShortRunSettings): Optimizer =>
  kind === "sgd" ? sgd({ weightDecay }) : adam({ betas: [beta1, beta2], weightDecay });

/**
 * The learning rate and the noise on data, which may both decay. SGD's rate is multiplied by the temperature, which cancels
 * the factor 1 / T of a scaled loss (ebm-anatomy, eq. 3A).
 */
export function levelsOf(
  { optimizer: { kind, lr, lrMin, lrDecay }, data }: ShortRunSettings,
  temperature: number,
): (update: number) => Levels & { dataNoise: number } {
  const factor = kind === "sgd" ? temperature : 1;
  const rate = exponentialRate(lr * factor, lrDecay, lrMin * factor);
  const dataNoise = exponentialRate(data.noise, data.noiseDecay, data.noiseMin);
  return (update) => ({ rate: rate(update), dataNoise: dataNoise(update) });
}
