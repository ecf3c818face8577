/** A training of JEM in the plane, run to its end under its guard and measured. */

import {
  argmax,
  compile,
  dispose,
  foldIn,
  grad,
  key,
  normal,
  softmax,
  Tensor,
  toArray,
  fromArray,
  type Key,
  type NamedArrays,
  type Tree,
} from "../../engine/index.ts";
import { systems, type Labelled, type MetricsRow, type Training } from "../../ebm/index.ts";
import { mixture } from "../../ebm/data/toys/gmm.ts";
import type { Evaluated } from "../../ebm/evaluation/evaluated.ts";
import { Guard, safeStep } from "../../ebm/guard.ts";
import { calibrationError, reliability } from "../../ebm/measures/calibration.ts";
import { auroc } from "../../ebm/measures/separation.ts";
import type { JemSettings } from "../../ebm/systems/jem.ts";
import type { Outcome } from "./jemToyRuns.ts";

/** Points outside: uniform on [−2, 2]², farther than this from every mean. */
const FAR = 1;
const BEYOND = 2;
/** A chain is with the data when it is nearer than this to a mean. */
const NEAR = 0.75;

/** What a training comes to; `onUpdate` hears of every hundredth update. Needs an open device. */
export async function outcomeOf(settings: JemSettings, onUpdate: (update: number) => void): Promise<Outcome> {
  const none = { data: (name: string) => Promise.reject(new RangeError(`outcomeOf: "${name}" is no toy`)) };
  const training = await systems.jem.open(settings, none);
  try {
    const { diverged, last } = await driven(training, settings, onUpdate);
    const lost = diverged > 0 && settings.guard.mode === "off";
    return {
      ...(lost ? unknown : await judged(training.evaluated(), settings)),
      coverage: await coverageOf(training.evaluated(), settings),
      energy_gap: last.d_s ?? NaN,
      diverged,
      recoveries: training.recoveries,
    };
  } finally {
    training.dispose();
  }
}

/** Of a net whose outputs have run away. */
const unknown = { accuracy: NaN, ece: NaN, auroc_density: NaN, auroc_slope: NaN };

/** Updates to the end, and back where the guard says so; without one, until the loss is beyond its limit. */
async function driven(
  training: Training,
  { updates, guard }: JemSettings,
  onUpdate: (update: number) => void,
): Promise<{ diverged: number; last: MetricsRow }> {
  const recovers = guard.mode === "recover";
  const kept = new Map<number, NamedArrays>();
  let watching = new Guard(guard);
  let [diverged, last] = [0, { step: 0 } as MetricsRow];
  while (training.step < updates) {
    await training.update();
    if (training.step % 100 === 0) onUpdate(training.step);
    const save = recovers && training.step % guard.settle === 0;
    const rows = await training.metrics({ final: save || training.step === updates });
    const alarm = rows.map((row) => watching.look(row)).find((found) => found?.kind === "diverged");
    last = rows.at(-1) ?? last;
    if (alarm) {
      diverged ||= alarm.step;
      if (!recovers || training.recoveries === guard.attempts) break;
      const target = safeStep([...kept.keys()], alarm.step, training.recoveries, guard);
      const recoveries = training.recoveries + 1;
      const arrays = kept.get(target);
      if (arrays === undefined) training.restart();
      else training.restore(arrays);
      training.recover(recoveries);
      for (const step of kept.keys()) if (step > target) kept.delete(step);
      watching = new Guard(guard);
    } else if (save) kept.set(training.step, await training.checkpoint());
  }
  return { diverged, last };
}

/** Accuracy and calibration on the test points, and how they are told from points outside; all with the noise of training. */
async function judged(
  model: Evaluated,
  settings: JemSettings,
): Promise<Pick<Outcome, "accuracy" | "ece" | "auroc_density" | "auroc_slope">> {
  const inside = await model.open("test");
  const look = compile((learned: Tree, x: Tensor, noise: Key) => {
    const noisy = x.add(normal(noise, x.shape).mul(model.noise));
    const energy = model.energy(learned, noisy);
    const shares = softmax(model.classifier!.logits(learned, noisy), 1);
    const slope = grad(energy.sum(), noisy).square().sum(1).sqrt();
    return { f: energy.neg(), slope: slope.neg(), confidence: shares.max(1), guess: argmax(shares, 1) };
  });
  const read = async (x: Tensor, stream: number) => {
    const found = look(model.learned, x, foldIn(key(settings.seed), stream));
    const { f, slope, confidence, guess } = found;
    const data = await Promise.all([f, slope, confidence, guess].map(async (values) => (await toArray(values)).data));
    dispose(x, found);
    return data;
  };
  const [f, slope, confidence, guess] = await read(inside.items(0, inside.count), 1);
  const [fOut, slopeOut] = await read(outsideOf(settings, inside), 2);
  look.dispose();
  const right = Float64Array.from(guess, (label, item) => Number(label === inside.labels![item]));
  return {
    accuracy: right.reduce((sum, one) => sum + one) / right.length,
    ece: calibrationError(reliability(confidence, right, { bins: 20 })).ece,
    auroc_density: auroc({ inside: f, outside: fOut }).value,
    auroc_slope: auroc({ inside: slope, outside: slopeOut }).value,
  };
}

/** As many points as there are inside. */
function outsideOf({ data }: JemSettings, { count }: Labelled): Tensor {
  const { means } = mixture(data);
  // A grid of so many points a side that enough of them are far.
  const side = Math.ceil(Math.sqrt(4 * count));
  const at = (index: number) => BEYOND * (2 * ((index + 0.5) / side) - 1);
  const points: [number, number][] = [];
  for (let i = 0; i < side * side; i++) {
    const [x, y] = [at(i % side), at(Math.floor(i / side))];
    if (means.every(([a, b]) => Math.hypot(x - a, y - b) > FAR)) points.push([x, y]);
  }
  const chosen = points.filter(
    (_, i) => Math.floor((i * count) / points.length) !== Math.floor(((i - 1) * count) / points.length),
  );
  return fromArray({ dtype: "f32", shape: [chosen.length, 2], data: Float32Array.from(chosen.flat()) });
}

/** The share of the buffer that is with the data; NaN without a buffer. */
async function coverageOf({ memory }: Evaluated, { data }: JemSettings): Promise<number> {
  if (!(memory instanceof Tensor)) return NaN;
  const { means } = mixture(data);
  const { data: chains } = await toArray(memory);
  let near = 0;
  for (let i = 0; i < chains.length; i += 2)
    if (means.some(([x, y]) => Math.hypot(chains[i] - x, chains[i + 1] - y) < NEAR)) near++;
  return near / (chains.length / 2);
}
