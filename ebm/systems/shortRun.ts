/**
 * Learning by short chains: every update walks from some start for a fixed number of steps and contrasts where it ends with
 * data. Short-run MCMC (Nijkamp et al. 2019) and the convergent and non-convergent learning of ebm-anatomy (Nijkamp et
 * al. 2020) are this system with different starts, steps and noise.
 */

import { foldIn, grad, named, normal, type Key, type Tensor, type Tree } from "../../engine/index.ts";
import {
  adam,
  exponentialRate,
  nonlocalNet,
  sgd,
  stridedNet,
  toyNet,
  vanillaNet,
  type Module,
  type Optimizer,
} from "../../nn/index.ts";
import { imageSource } from "../data/images.ts";
import { pointSources } from "../data/points.ts";
import type { Source } from "../data/source.ts";
import { recovered } from "../guard.ts";
import { contrastiveDivergence } from "../objectives/contrastiveDivergence.ts";
import { langevin, temperatureOf, walk } from "../samplers/index.ts";
import { dataStart, normalStart, persistentStart, uniformStart, type Start } from "../starts/index.ts";
import type { Settings } from "../settings.ts";
import { openTraining, type Program } from "../trainer.ts";
import type { Context, OpenOptions, System, Training } from "../training.ts";
import { shortRunFields, shortRunObjective, type ShortRunSettings } from "./shortRun.fields.ts";
import { explorer } from "./explore.ts";
import type { Model } from "./model.ts";
import { observer } from "./observe.ts";

export type { ShortRunSettings };

/** What changes during training. */
export type ShortRunState = {
  parameters: Tree;
  optimizer: Tree;
  /** The replay buffer; absent where chains start afresh. */
  memory?: Tensor;
};

export const shortRun: System = { fields: shortRunFields, objective: shortRunObjective, open };

async function open(settings: Settings, context: Context, options?: OpenOptions): Promise<Training> {
  const checked = settings as unknown as ShortRunSettings;
  return openTraining(programOf(checked, await sourceOf(checked, context)), checked.seed, options);
}

/** The training as tensor programs. */
export function programOf(settings: ShortRunSettings, source: Source): Program<ShortRunState> {
  const { batch, data, sampler: steps, objective } = settings;
  const net = netOf(settings, source);
  const sampler = langevin(steps);
  const start = startOf(settings, source);
  const optimizer = optimizerOf(settings);
  const sampled = steps.noise > 0 ? temperatureOf(steps) : 1;
  const temperature = objective.scaled ? sampled : 1;
  const rate = rateOf(settings, temperature);
  const energyUnder = (parameters: Tree) => (x: Tensor) => net.apply(parameters, x).reshape([-1]);
  // A key of its own: the batch itself may be drawn with the data key.
  const noisy = (x: Tensor, key: Key) =>
    data.noise === 0 ? x : x.add(normal(foldIn(key, 0), x.shape).mul(data.noise));
  const model: Model = {
    settings,
    source,
    sampler,
    start,
    energyUnder,
    temperature: sampled,
    noisy,
  };
  const look = observer(model);
  return {
    nets: { E: { net, item: source.item } },
    initial(key) {
      const parameters = net.init(key);
      const memory = start.memory(key);
      return { parameters, optimizer: optimizer.init(parameters), ...(memory && { memory }) };
    },
    feed: (keys) => source.feed(keys.data, batch),
    rate,
    skips: settings.guard.mode === "recover",
    update({ parameters, optimizer: moments, memory }, fed, keys, lr, recoveries) {
      const positive = noisy(source.batch(keys.data, batch, fed), keys.data);
      const begun = start.draw(keys.start, [batch, ...source.item], () => positive, memory ?? null);
      const { x: negative, means } = walk(
        sampler,
        energyUnder(parameters),
        begun.x,
        recovered.steps(steps.steps, recoveries),
        keys.walk,
      );
      const contrast = contrastiveDivergence(energyUnder(parameters), positive, negative, temperature);
      const slopes = grad(contrast.loss, parameters);
      const learned = named("optimizer", () => optimizer.update(parameters, slopes, moments, lr));
      const remembered = begun.remember(negative);
      return {
        state: { parameters: learned.parameters, optimizer: learned.state, ...(remembered && { memory: remembered }) },
        numbers: {
          loss: contrast.loss,
          d_s: contrast.loss,
          r_s: means.slopeNorm,
          energy_data: contrast.energyOfData,
          energy_samples: contrast.energyOfSamples,
        },
      };
    },
    ...look,
    ...explorer(model),
    dispose() {
      look.dispose();
      source.dispose();
    },
  };
}

async function sourceOf({ data }: ShortRunSettings, context: Context): Promise<Source> {
  const points = pointSources[data.name];
  return points === undefined ? imageSource(await context.data(data.name, "train"), data.size) : points(data);
}

function netOf({ net, data }: ShortRunSettings, source: Source): Module {
  const points = source.item.length === 1;
  if (points !== (net.kind === "toy"))
    throw new RangeError(
      `net.kind: "${net.kind}" does not take ${points ? "points" : "images"}, which data.name "${data.name}" has`,
    );
  if (net.kind === "toy") return toyNet(net);
  const options = { ...net, channels: source.item[0], size: source.item[1] };
  return { vanilla: vanillaNet, strided: stridedNet, nonlocal: nonlocalNet }[net.kind](options);
}

function startOf({ start }: ShortRunSettings, source: Source): Start {
  switch (start.kind) {
    case "persistent":
      return persistentStart({ ...start, item: source.item });
    case "data":
      return dataStart();
    case "uniform":
      return uniformStart(start.scale);
    case "normal":
      return normalStart(start.scale);
  }
}

const optimizerOf = ({ optimizer: { kind, beta1, beta2 } }: ShortRunSettings): Optimizer =>
  kind === "sgd" ? sgd() : adam({ betas: [beta1, beta2] });

/** SGD's rate is multiplied by the temperature, which cancels the factor 1 / T of a scaled loss (ebm-anatomy, eq. 3A). */
function rateOf(
  { optimizer: { kind, lr, lrMin, lrDecay } }: ShortRunSettings,
  temperature: number,
): (update: number) => number {
  const factor = kind === "sgd" ? temperature : 1;
  return exponentialRate(lr * factor, lrDecay, lrMin * factor);
}
