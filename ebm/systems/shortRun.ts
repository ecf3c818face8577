/**
 * Learning by short chains: every update walks from some start for a fixed number of steps and contrasts where it ends with
 * data. Short-run MCMC (Nijkamp et al. 2019) and the convergent and non-convergent learning of ebm-anatomy (Nijkamp et
 * al. 2020) are this system with different starts, steps and noise.
 */

import { foldIn, grad, named, normal, type Key, type Operand, type Tensor, type Tree } from "../../engine/index.ts";
import { Pass } from "../../nn/index.ts";
import type { Source } from "../data/source.ts";
import { recovered } from "../guard.ts";
import { contrastiveDivergence } from "../objectives/contrastiveDivergence.ts";
import { slopesOf } from "../objectives/slopesOf.ts";
import { rowNorm } from "../samplers/chains.ts";
import { samplerOf, temperatureOf, walk } from "../samplers/index.ts";
import type { Settings } from "../settings.ts";
import { openTraining, type Program } from "../trainer.ts";
import type { Context, OpenOptions, System, Training } from "../training.ts";
import { explorer } from "./explore.ts";
import { evaluatedOf, type Learned, type Model } from "./model.ts";
import { observer } from "./observe.ts";
import { recorder } from "./record.ts";
import { toldOf } from "./reports.ts";
import { shortRunFields, shortRunObjective, type ShortRunSettings } from "./shortRun.fields.ts";
import { inOrderOf, levelsOf, netOf, optimizerOf, rememberedOf, sourceOf, startOf } from "./shortRun.parts.ts";

export type { ShortRunSettings };

/** What changes during training. */
export type ShortRunState = Learned & { optimizer: Tree };

export const shortRun: System = { fields: shortRunFields, objective: shortRunObjective, open };

async function open(settings: Settings, context: Context, options?: OpenOptions): Promise<Training> {
  const checked = settings as unknown as ShortRunSettings;
  const program = programOf(checked, await sourceOf(checked, context), {
    heldOut: () => sourceOf(checked, context, "test"),
    inOrder: (part) => inOrderOf(checked, context, part),
  });
  return openTraining(program, checked.seed, options);
}

/** The training as tensor programs, of what a source gives; `others` open what it is not trained on, and what it is evaluated on. */
export function programOf(
  settings: ShortRunSettings,
  source: Source,
  others: Pick<Model, "heldOut" | "inOrder">,
): Program<ShortRunState> {
  const { batch, sampler: steps, objective } = settings;
  const net = netOf(settings, source);
  const sampler = samplerOf(steps.kind, { ...steps, temperature: temperatureOf(steps) });
  const start = startOf(settings, source);
  const optimizer = optimizerOf(settings);
  const sampled = steps.noise > 0 ? temperatureOf(steps) : 1;
  const temperature = objective.scaled ? sampled : 1;
  const energyUnder = ({ parameters, remembered }: Learned, pass = Pass.evaluation(remembered ?? {})) => {
    return (x: Tensor) => net.apply(parameters, x, pass).reshape([-1]);
  };
  // A key of its own: the batch itself may be drawn with the data key.
  const noisy = (x: Tensor, key: Key, deviation: Operand = settings.data.noise) =>
    settings.data.noise === 0 ? x : x.add(normal(foldIn(key, 0), x.shape).mul(deviation));
  const model: Model = {
    ...{ settings, source, ...others, sampler, start, energyUnder, temperature: sampled, noisy },
    startOf: (kind) => startOf(settings, source, kind),
  };
  const look = observer(model);
  return {
    nets: { E: { net, item: source.item } },
    data: source.about,
    initial(key) {
      const parameters = net.init(key);
      const remembered = rememberedOf(net, parameters, foldIn(key, 1), source.item);
      const memory = start.memory(key);
      return {
        parameters,
        optimizer: optimizer.init(parameters),
        ...(Object.keys(remembered).length > 0 && { remembered }),
        ...(memory !== null && { memory }),
      };
    },
    feed: (keys) => [source.feed(keys.data, batch)].filter((fed) => fed !== null),
    levels: levelsOf(settings, temperature),
    storage: settings.engine.storage,
    skips: settings.guard.mode === "recover",
    update({ optimizer: moments, ...learned }, [fed = null], keys, levels, recoveries) {
      const positive = noisy(source.batch(keys.data, batch, fed), keys.data, levels.dataNoise);
      const begun = start.draw(keys.start, [batch, ...source.item], () => positive, learned.memory ?? null);
      const energy = energyUnder(learned);
      const count = recovered.steps(steps.steps, recoveries);
      const { x: negative, means } = walk(sampler, energy, begun.x, count, keys.walk);

      const pass = Pass.training(learned.remembered ?? {});
      const contrast = contrastiveDivergence(energyUnder(learned, pass), positive, negative, temperature);
      const slopes = slopesOf(contrast.loss, learned.parameters, batch * temperature, settings.engine.storage);
      const { parameters, state } = named("optimizer", () =>
        optimizer.update(learned.parameters, slopes, moments, levels.rate),
      );
      const { memory, numbers } = begun.remember(negative);
      const slopeAt = (x: Tensor) => rowNorm(grad(energy(x).sum(), x)).mean();
      return {
        state: {
          parameters,
          optimizer: state,
          ...(learned.remembered !== undefined && { remembered: pass.state }),
          ...(memory !== null && { memory }),
        },
        numbers: {
          loss: contrast.loss,
          d_s: contrast.loss,
          ...toldOf(means),
          energy_data: contrast.energyOfData,
          energy_samples: contrast.energyOfSamples,
          ...(settings.log.slopes && { slope_start: slopeAt(begun.x), slope_end: slopeAt(negative) }),
          ...numbers,
        },
      };
    },
    ...look,
    ...explorer(model),
    ...recorder(model),
    evaluated: (state) => evaluatedOf(model, state, null),
    dispose() {
      look.dispose();
      source.dispose();
    },
  };
}
