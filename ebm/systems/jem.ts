/**
 * A classifier that is an energy-based model: its logits ℓ give p(y | x) = softmax ℓ(x) and p(x) ∝ Σ exp ℓ(x), and both are learned
 * (Grathwohl et al. 2020, "Your Classifier is Secretly an Energy Based Model and You Should Treat it Like One").
 */

import {
  foldIn,
  named,
  normal,
  randomIndex,
  type Key,
  type Operand,
  type Tensor,
  type Tree,
} from "../../engine/index.ts";
import { calibrate, Pass, stateOf } from "../../nn/index.ts";
import type { Energy } from "../energy.ts";
import { recovered } from "../guard.ts";
import { slopesOf } from "../objectives/slopesOf.ts";
import { langevin, walk } from "../samplers/index.ts";
import type { Settings } from "../settings.ts";
import { openTraining, type Keys, type Program } from "../trainer.ts";
import type { Context, OpenOptions, System, Training } from "../training.ts";
import { explorer } from "./explore.ts";
import { jemDataOf, type JemData } from "./jem.data.ts";
import { isGenerative, jemFields, jemObjective, type JemSettings } from "./jem.fields.ts";
import { jemLoss } from "./jem.loss.ts";
import { energyOf, jemNetOf } from "./jem.net.ts";
import { jemObserver } from "./jem.observe.ts";
import { jemOptimizerOf, jemRateOf, jemStartsOf } from "./jem.parts.ts";
import { evaluatedOf, type Learned, type Model } from "./model.ts";
import { recorder } from "./record.ts";

export type { JemSettings };

/** What changes during training. */
export type JemState = Learned & { optimizer: Tree };

export const jem: System = { fields: jemFields, objective: jemObjective, open };

async function open(settings: Settings, context: Context, options?: OpenOptions): Promise<Training> {
  const checked = settings as unknown as JemSettings;
  return openTraining(jemProgramOf(checked, await jemDataOf(checked, context)), checked.seed, options);
}

/** Keys below that of the data or the chains, apart from those of noise and of changes to images. */
const streams = { labelled: 10, dropout: 11, classes: 12, joint: 13 } as const;

/** The training as tensor programs. */
export function jemProgramOf(settings: JemSettings, data: JemData): Program<JemState> {
  expectSensible(settings);
  const { batch, objective, sampler: steps } = settings;
  const { item } = data.all;
  const { count: classes, known } = data.classes;
  const net = jemNetOf(settings, item, classes);
  const { stepSize, noise, clip } = steps;
  const sampler = langevin({ stepSize, noise, ...(clip > 0 && { clip }) });
  const starts = jemStartsOf(settings, data);
  const start = starts.of();
  const optimizer = jemOptimizerOf(settings);
  const rate = jemRateOf(settings);

  const evaluating = ({ remembered }: Learned): Pass => Pass.evaluation(remembered ?? {});
  const read = (learned: Learned, x: Tensor, pass = evaluating(learned)) => net.read(learned.parameters, x, pass);
  const features = (learned: Learned, x: Tensor) => net.module.features(learned.parameters, x, evaluating(learned));
  const noisy = (x: Tensor, key: Key, deviation: Operand = settings.data.noise) =>
    settings.data.noise === 0 ? x : x.add(normal(foldIn(key, 0), x.shape).mul(deviation));
  const model: Model = {
    ...{ settings, source: data.all, sampler, start, noisy, temperature: 1 },
    heldOut: () => data.heldOut(),
    inOrder: (part) => data.inOrder(part),
    startOf: (kind) => starts.of(kind),
    energyUnder: (learned, pass) => (x) => read(learned, x, pass).energy,
  };

  // A labelled set smaller than a batch is a batch.
  const labelledBatch = { source: data.labelled, count: Math.min(batch, known), stream: streams.labelled };
  const allBatch = { source: data.all, count: batch, stream: null };
  const keyOf = ({ data: key }: Keys, stream: number | null): Key => (stream === null ? key : foldIn(key, stream));
  const batches = objective.x > 0 && !settings.data.together ? [labelledBatch, allBatch] : [labelledBatch];

  /** The batches of an update, with noise: what has classes, and what need not. */
  const drawn = (fed: readonly Tensor[], keys: Keys): { labelled: Tensor; labels: Tensor; all: Tensor } => {
    const uploaded = [...fed];
    const [labelled, all = labelled] = batches.map(({ source, count, stream }) => {
      const key = keyOf(keys, stream);
      return noisy(source.batch(key, count, source.uploads ? uploaded.shift()! : null), key);
    });
    return { labelled, all, labels: data.classes.of(keyOf(keys, streams.labelled), labelledBatch.count) };
  };

  /** Where chains end that walk under E(x), or under E(x, y) of classes, and what is remembered of them. */
  const sampled = (learned: Learned, from: Tensor, asked: Tensor | null, keys: Keys, recoveries: number) => {
    const energy: Energy = (x) => (asked === null ? read(learned, x).energy : energyOf(read(learned, x), asked));
    const begun = start.draw(keys.start, from.shape, () => from, learned.memory ?? null, asked);
    const { x, means } = walk(sampler, energy, begun.x, recovered.steps(steps.steps, recoveries), keys.walk);
    return { ...begun.remember(x), samples: x.stopGradient(), slopeNorm: means.slopeNorm };
  };

  /** Parameters that layers which depend on data have set from a first batch. */
  const calibrated = (parameters: Tree, state: Tree, key: Key): Tree => {
    const x = noisy(data.all.batch(key, batch, data.all.feed(key, batch)), key);
    return calibrate(net.module, parameters, x, Pass.calibration(state, foldIn(key, streams.dropout)));
  };

  const look = jemObserver(model, data, settings.log.heldOut, read);
  return {
    nets: { logits: { net: net.module, item } },
    data: data.all === data.labelled ? data.all.about : `${data.all.about}; with classes ${data.labelled.about}`,
    initial(key) {
      const [begun, remembered] = [net.module.init(key), stateOf(net.module, foldIn(key, 1))];
      const parameters = settings.net.norm === "act" ? calibrated(begun, remembered, key) : begun;
      const memory = isGenerative(settings) ? start.memory(key) : null;
      return {
        parameters,
        optimizer: optimizer.init(parameters),
        ...(Object.keys(remembered).length > 0 && { remembered }),
        ...(memory !== null && { memory }),
      };
    },
    feed: (keys) =>
      batches.map(({ source, count, stream }) => source.feed(keyOf(keys, stream), count)).filter((fed) => fed !== null),
    levels: (update) => ({ rate: rate(update) }),
    storage: settings.engine.storage,
    skips: settings.guard.mode === "recover",
    update({ optimizer: moments, ...learned }, fed, keys, levels, recoveries) {
      const { all, labelled, labels } = drawn(fed, keys);
      const asked = steps.conditional ? randomIndex(foldIn(keys.start, streams.classes), [batch], classes) : null;
      const chains = objective.x > 0 ? sampled(learned, all, asked, keys, recoveries) : null;
      // Chains of p(x | y) go on from the buffer as the first have left it.
      const after: Learned = { ...learned, ...(chains?.memory && { memory: chains.memory }) };
      const apart = { ...keys, start: foldIn(keys.start, streams.joint), walk: foldIn(keys.walk, streams.joint) };
      const joint = objective.xy > 0 ? sampled(after, labelled, labels, apart, recoveries) : null;

      const pass = Pass.training(learned.remembered ?? {}, foldIn(keys.data, streams.dropout));
      const items = { all, labelled, labels, samples: chains?.samples ?? null, joint: joint?.samples ?? null };
      const { loss, numbers } = named("loss", () => jemLoss(objective, (x) => read(learned, x, pass), items));
      const { parameters, state } = named("optimizer", () =>
        optimizer.update(
          learned.parameters,
          slopesOf(loss, learned.parameters, batch, settings.engine.storage),
          moments,
          levels.rate,
        ),
      );
      const { memory } = joint ?? chains ?? learned;
      const walked = chains ?? joint;
      return {
        state: {
          parameters,
          optimizer: state,
          ...(learned.remembered !== undefined && { remembered: pass.state }),
          ...(memory && { memory }),
        },
        numbers: { ...numbers, ...(walked !== null && { r_s: walked.slopeNorm }) },
      };
    },
    ...look,
    ...explorer(model),
    ...recorder(model),
    evaluated: (state) =>
      evaluatedOf(model, state, {
        classes,
        logits: (learned, x) => read(learned as Learned, x).logits,
        features: (learned, x) => features(learned as Learned, x),
      }),
    dispose() {
      look.dispose();
      starts.dispose();
      data.dispose();
    },
  };
}

/** Throws a RangeError for settings that contradict each other. */
function expectSensible({ objective, sampler }: JemSettings): void {
  const { x, yGivenX, xy, energyL2, head } = objective;
  if (x + yGivenX + xy === 0) throw new RangeError("objective: nothing is learned, x, yGivenX and xy are 0");
  if (energyL2 > 0 && x === 0)
    throw new RangeError(
      `objective.energyL2: is of the energies that objective.x contrasts; that is 0, got ${energyL2}`,
    );
  if (head === "own" && (xy > 0 || sampler.conditional))
    throw new RangeError(
      'objective.head: "own" says nothing of f(x, y), which objective.xy and sampler.conditional need; got head "own"',
    );
}
