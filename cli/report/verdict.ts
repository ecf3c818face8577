/** What the numbers of a run say, in words. */

import { correlations } from "../../ebm/measures/correlation.ts";
import type { Settings } from "../../ebm/settings.ts";
import { significant } from "../progress/line.ts";
import type { NumbersRow } from "../run/records.ts";
import { divergenceOf } from "./divergence.ts";
import type { RunData } from "./read.ts";

export interface Verdict {
  tone: "good" | "mixed" | "bad" | "open";
  headline: string;
  sentences: string[];
}

/** Below this many nats a density counts as right: spec values of settled runs lie between 0.1 and 0.2. */
const right = 0.25;
/** Above this many nats a density counts as wrong. */
const wrong = 1;
/** Beyond this a lag-1 autocorrelation is more than the chance of a few hundred updates. */
const weak = 0.25;

/** The verdict on a run, from its last measures and the last fifth of its updates. */
export function verdict({
  updates,
  measures,
  summary,
  config,
  events,
}: Pick<RunData, "updates" | "measures" | "summary" | "config" | "events">): Verdict {
  const planned = Number(config.settings.updates);
  const short = summary.step < planned ? [`The run has done ${summary.step} of ${planned} updates.`] : [];
  const lost = updates.filter((row) => !Object.values(row).every(Number.isFinite));
  const broken = lost.at(0);
  // A guard leaves such an update out, and goes back where there are too many of them.
  const guarded = (config.settings.guard as Settings | undefined)?.mode === "recover";
  if (broken !== undefined && (!guarded || lost.at(-1) === updates.at(-1))) {
    const names = Object.keys(broken).filter((name) => !Number.isFinite(broken[name]));
    const sentence = `At step ${broken.step}, ${names.map((name) => `${name} is ${broken[name]}`).join(" and ")}; what follows means nothing.`;
    return { tone: "bad", headline: "Diverged", sentences: [sentence, ...short] };
  }
  const end = divergenceOf({ config, updates });
  if (end !== null) {
    const sentence = `At ${end.message}; what follows means nothing.`;
    return { tone: "bad", headline: "Diverged", sentences: [sentence, ...short] };
  }
  const recoveries = events.filter(({ event }) => event === "recovered").length;
  const troubles = [
    ...(recoveries > 0 ? [`It diverged ${recoveries === 1 ? "once" : `${recoveries} times`} and recovered.`] : []),
    ...(lost.length > 0
      ? [`${lost.length === 1 ? "1 update was" : `${lost.length} updates were`} not finite and left out.`]
      : []),
  ];
  const judged = judge(summary, measures);
  return { ...judged, sentences: [...judged.sentences, ...balance(updates), ...troubles, ...short] };
}

function judge(summary: NumbersRow, measures: readonly NumbersRow[]): Verdict {
  const { kl_true_model: model, kl_true_shortrun: shortRun } = summary as Partial<NumbersRow>;
  if (model === undefined || shortRun === undefined) {
    return { tone: "open", headline: "No truth to compare with: judge the samples by eye", sentences: [] };
  }
  const sentences = [
    `The density of the model is ${significant(model)} nats from the truth, that of its short-run samples ${significant(shortRun)}.`,
    ...trend(measures),
  ];
  if (model < right && shortRun < right) {
    return {
      tone: "good",
      headline: "Convergent: the density and the short-run samples both match the truth",
      sentences,
    };
  }
  if (model > wrong && shortRun < right) {
    return {
      tone: "mixed",
      headline: "Non-convergent: the short-run samples look right, the density is wrong",
      sentences,
    };
  }
  if (model < right) {
    return { tone: "mixed", headline: "The density matches the truth, the short-run samples do not", sentences };
  }
  return { tone: "open", headline: "Not there yet: the density is still away from the truth", sentences };
}

function trend(measures: readonly NumbersRow[]): string[] {
  const known = measures.filter((row) => "kl_true_model" in row);
  if (known.length < 2) return [];
  const [first, last] = [known[0], known[known.length - 1]];
  const change = last.kl_true_model < first.kl_true_model ? "down" : "up";
  return [
    `KL(truth‖model) went ${change} from ${significant(first.kl_true_model)} at step ${first.step} to ${significant(last.kl_true_model)}.`,
  ];
}

/** How the energies of data and samples stand to each other in the last fifth, and whether learning oscillates. */
function balance(updates: readonly NumbersRow[]): string[] {
  const curve = updates.filter((row) => "d_s" in row);
  const last = curve.slice(-Math.ceil(curve.length / 5));
  if (last.length < 10) return [];
  const d = last.map((row) => row.d_s);
  const { mean, sd } = spreadOf(d);
  const { lags, autoEnergy } = correlations(d, d);
  const level = `d_s ${significant(mean)} ± ${significant(sd)}, lag-1 autocorrelation ${autoEnergy[lags.indexOf(1)].toFixed(2)}`;
  return [
    `In the last ${last.length} updates ${balanceWords(d, autoEnergy[lags.indexOf(1)])} (${level}).`,
    // Chains without slopes have no r_s.
    ...("r_s" in curve[0]
      ? [
          `The chains move ${significant(last[last.length - 1].r_s)} per step along the gradient (r_s), at the start ${significant(curve[0].r_s)}.`,
        ]
      : []),
  ];
}

/** An autocorrelation of what is not centred says something about oscillation only around zero. */
function balanceWords(d: readonly number[], memory: number): string {
  const { mean, sd } = spreadOf(d);
  const [early, late] = [d.slice(0, d.length / 2), d.slice(d.length / 2)].map(spreadOf);
  if (Math.abs(late.mean) > Math.max(late.sd, 3 * Math.abs(early.mean)))
    return `${late.mean > 0 ? "samples" : "data"} have the lower energy, and the difference grows`;
  if (Math.abs(mean) >= sd) return `${mean > 0 ? "samples" : "data"} keep the lower energy`;
  const oscillation =
    Math.abs(memory) < weak
      ? "each difference is independent of the last: weak oscillation"
      : memory < 0
        ? "expansion and contraction take turns: strong oscillation"
        : "their difference drifts slowly";
  return `the energies of data and samples are in balance, and ${oscillation}`;
}

function spreadOf(values: readonly number[]): { mean: number; sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, sd: Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) };
}
