/** The parts of learning by short chains. */

import type { ShortRunSettings } from "../../../../../ebm/systems/shortRun.ts";
import { netPart } from "./nets.ts";
import { optimizerPart } from "./optimizers.ts";
import { batched, learning, walked, type Part } from "./part.ts";
import { samplerPart } from "./samplers.ts";
import { drawn, startPart } from "./starts.ts";

/** The parts under some settings, in the order of an update. */
export const shortRunParts = (settings: ShortRunSettings): readonly Part[] => [
  update(settings),
  netPart(settings.net, { symbol: "E", title: "Energy" }),
  startPart(settings.start),
  samplerPart(settings.sampler),
  objective(settings),
  optimizerPart(settings.optimizer),
];

const update = ({ start: { kind } }: ShortRunSettings): Part => ({
  name: "update",
  title: "One update",
  file: "ebm/systems/shortRun.ts",
  equation: [
    { math: "x⁺", meaning: "a batch of data", lines: /const positive =/, dispatches: batched },
    ",  ",
    { math: "x⁻", meaning: "where chains end", lines: /x: negative/, dispatches: walked },
    " = walk(",
    { math: "x₀", meaning: "where they start", lines: /start\.draw/, dispatches: drawn(kind) },
    ")",
    ...learning(/slopesOf\(contrast/, /contrastiveDivergence\(energyUnder/),
  ],
  about:
    "The whole update is traced once, becomes one plan, and is replayed with other numbers. The walk is a loop of the plan: planned once, run many times.",
});

const objective = ({ objective: { scaled } }: ShortRunSettings): Part => ({
  name: "objective",
  title: "Objective",
  file: "ebm/objectives/contrastiveDivergence.ts",
  equation: [
    "L = (mean ",
    {
      math: "E(x⁺)",
      meaning: "the energies of data, which fall",
      lines: /energy\(data\)|ofData\.mean/,
      dispatches: /^loss/,
    },
    " − mean ",
    {
      math: "E(x⁻)",
      meaning: "the energies of samples, which rise",
      lines: /energy\(samples|ofSamples\.mean/,
      dispatches: /^loss/,
    },
    ") / ",
    {
      math: "T",
      meaning: scaled ? "the temperature of the sampler" : "1: the plain difference",
      lines: /div\(temperature\)/,
      dispatches: /loss\.\w+$/,
    },
    "   with ",
    {
      math: "x⁻ fixed",
      meaning: "no gradient passes through the chains, so nothing is kept of them",
      lines: /stopGradient/,
      dispatches: null,
    },
    ",   ",
    {
      math: "∇θL",
      meaning: "back through the net, to every weight",
      lines: /energy\(data\)|energy\(samples/,
      dispatches: /∇loss/,
    },
  ],
  about: "Data and samples pass the net once more, this time with gradients towards its weights.",
});
