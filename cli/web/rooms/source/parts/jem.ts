/** The parts of a classifier that is an energy-based model. */

import type { JemSettings } from "../../../../../ebm/systems/jem.ts";
import { netPart } from "./nets.ts";
import { optimizerPart } from "./optimizers.ts";
import { batched, learning, walked, type Part, type Sign } from "./part.ts";
import { samplerPart } from "./samplers.ts";
import { drawn, startPart } from "./starts.ts";

/** The parts under some settings, in the order of an update. Chains walk only where p(x) or p(x, y) is learned. */
export function jemParts(settings: JemSettings): readonly Part[] {
  const { x, xy } = settings.objective;
  return [
    update(settings),
    netPart(settings.net, { symbol: "ℓ", title: "Logits" }),
    reading(settings),
    ...(x + xy > 0 ? [startPart(settings.start), samplerPart(settings.sampler)] : []),
    objective(settings),
    optimizerPart(settings.optimizer),
  ];
}

function update({ objective: { x, xy }, start: { kind } }: JemSettings): Part {
  const chains: (string | Sign)[] = [
    ",  ",
    { math: "x⁻", meaning: "where chains end that walk under E", lines: /x, means \} = walk\(/, dispatches: walked },
    " = walk(",
    { math: "x₀", meaning: "where they start", lines: /start\.draw\(keys/, dispatches: drawn(kind) },
    ")",
  ];
  return {
    name: "update",
    title: "One update",
    file: "ebm/systems/jem.ts",
    equation: [
      {
        math: "(xʸ, y)",
        meaning: "a batch of items whose classes are known",
        lines: /const \{ all, labelled, labels \} = drawn/,
        dispatches: batched,
      },
      ...(x + xy > 0 ? chains : []),
      ...learning(/slopesOf\(loss/, /jemLoss\(objective/),
    ],
    about:
      "One net does both: what its logits say of classes, and how large they are together. The whole update is one plan, the walk a loop in it.",
  };
}

function reading({ objective: { head, x } }: JemSettings): Part {
  const energy: Sign =
    head === "own"
      ? {
          math: "−f(x)",
          meaning: "an output of its own, apart from the logits",
          lines: /const f = own/,
          dispatches: /loss\./,
        }
      : {
          math: "−log Σᵧ exp ℓᵧ(x)",
          meaning:
            "large logits, whichever they are, mean a low energy; the largest is taken out first, so that no exp overflows",
          lines: /logSumExp\(outputs, 1\)/,
          dispatches: x > 0 ? /(walk|loss)\.(max|exp|sum)/ : /loss\.(max|exp|sum)/,
        };
  return {
    name: "reading",
    title: "Energy and classes",
    file: "ebm/systems/jem.net.ts",
    equation: [
      "E(x) = ",
      energy,
      ",   p(x) ∝ exp(−E(x));   ",
      {
        math: "E(x, y) = −ℓᵧ(x)",
        meaning: "one logit alone, so p(y | x) = exp(ℓᵧ(x) + E(x)) is the softmax of the logits",
        lines: /pick\(logits, classes\)\.neg\(\)/,
        dispatches: null,
      },
    ],
    about: "A classifier is an energy-based model already (Grathwohl et al. 2020): nothing is added to the net.",
  };
}

/** The terms of the loss that count, each with its weight. */
function objective({ objective: weights }: JemSettings): Part {
  const { x, yGivenX, xy, energyL2 } = weights;
  const ofLoss = /^loss/;
  const terms: (readonly [number, readonly (string | Sign)[]])[] = [
    [
      yGivenX,
      [
        {
          math: "−mean log p(y | xʸ)",
          meaning: "the cross-entropy: the logit of the right class against all",
          lines: /crossEntropy\(ofLabelled/,
          dispatches: ofLoss,
        },
      ],
    ],
    [
      x,
      [
        "(mean ",
        { math: "E(x⁺)", meaning: "the energies of data, which fall", lines: /all === labelled/, dispatches: ofLoss },
        " − mean ",
        { math: "E(x⁻)", meaning: "the energies of samples, which rise", lines: /read\(samples\)/, dispatches: ofLoss },
        ")",
      ],
    ],
    [
      xy,
      [
        {
          math: "(mean E(xʸ, y) − mean E(xʸ⁻, y))",
          meaning: "the same for items and samples of a class",
          lines: /numbers\.d_s_joint = /,
          dispatches: ofLoss,
        },
      ],
    ],
    [
      energyL2,
      [
        {
          math: "mean E²",
          meaning: "keeps energies near 0",
          lines: /energySize\(ofData/,
          dispatches: ofLoss,
        },
      ],
    ],
  ];
  const counted = terms.filter(([weight]) => weight > 0);
  return {
    name: "objective",
    title: "Objective",
    file: "ebm/systems/jem.loss.ts",
    equation: [
      "L = ",
      ...counted.flatMap(([weight, term], at) => [
        ...(at > 0 ? [" + "] : []),
        ...(weight === 1 ? [] : [`${weight} · `]),
        ...term,
      ]),
      ";   ",
      {
        math: "∇θL",
        meaning: "back through the net, to every weight",
        lines: /const loss = terms/,
        dispatches: /∇loss/,
      },
    ],
    about:
      "Together −log p(x, y) = −log p(y | x) − log p(x), the second part by contrast. Every item passes the net once.",
  };
}
