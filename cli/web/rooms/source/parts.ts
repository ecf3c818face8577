/** What a training is made of, each part an equation whose symbols lead to lines of TypeScript and to dispatches. */

import type { Settings } from "../../../../ebm/index.ts";
import type { ShortRunSettings } from "../../../../ebm/systems/shortRun.ts";
import type { SourceFile } from "./sources.ts";

/** A symbol of an equation. */
export interface Sign {
  math: string;
  meaning: string;
  /** the lines of the part's file that it stands for */
  lines: RegExp;
  /** the dispatches that compute it, by their names; null of what takes none */
  dispatches: RegExp | null;
  /** the lines of their shaders that do, where these can be told from the others */
  shader?: RegExp;
}

export interface Part {
  name: string;
  title: string;
  file: SourceFile;
  /** symbols, and what stands between them */
  equation: readonly (string | Sign)[];
  /** what there is to see, in a sentence */
  about: string;
}

/** Where a program ends with what was learned, unless the numbers were strange. */
const written = /(where|optimizer\.\w+)$/;

/** The parts of a training by short chains under some settings, in the order of an update. */
const shortRunParts = (settings: ShortRunSettings): readonly Part[] => [
  update(settings),
  energy,
  start(settings),
  samplers[settings.sampler.kind](settings),
  objective(settings),
  settings.optimizer.kind === "sgd" ? sgd : adam,
];

/** The parts of a training by its system; the view shows the recipes of these. */
export const partsOf: Readonly<Record<string, (settings: Settings) => readonly Part[]>> = {
  shortRun: (settings) => shortRunParts(settings as unknown as ShortRunSettings),
};

/** The signs of a part. */
export const signsOf = ({ equation }: Part): readonly Sign[] =>
  equation.filter((token): token is Sign => typeof token !== "string");

const walked = /walk\./;

const update = ({ start: { kind } }: ShortRunSettings): Part => ({
  name: "update",
  title: "One update",
  file: "ebm/systems/shortRun.ts",
  equation: [
    {
      math: "x⁺",
      meaning: "a batch of data",
      lines: /const positive =/,
      dispatches: /^(randomIndex|add|mul|sum → sqrt)$/,
    },
    ",  ",
    { math: "x⁻", meaning: "where chains end", lines: /x: negative/, dispatches: walked },
    " = walk(",
    { math: "x₀", meaning: "where they start", lines: /start\.draw/, dispatches: drawn(kind) },
    ");   θ ← θ − rate · ",
    { math: "∇θ", meaning: "the slope of the loss in the parameters", lines: /grad\(contrast/, dispatches: /∇loss/ },
    " ",
    { math: "L", meaning: "the loss", lines: /contrastiveDivergence\(energyUnder/, dispatches: /^loss/ },
    ";   ",
    { math: "θ ←", meaning: "the optimiser's move", lines: /optimizer\.update/, dispatches: written },
  ],
  about:
    "The whole update is traced once, becomes one plan, and is replayed with other numbers. The walk is a loop of the plan: planned once, run many times.",
});

const layer = (index: string, math: string, lines: RegExp): Sign => ({
  math,
  meaning: `a linear layer; its product and sum is one dispatch with the activation after it`,
  lines,
  dispatches: new RegExp(`\\.${index}\\.(matmul|sum)`),
  shader: /fma\(|combine|total\(o\)/,
});

const activation: Sign = {
  math: "φ",
  meaning: "leaky ReLU: it has no dispatch of its own, but ends the product before it",
  lines: /leakyRelu\(leak\)/,
  dispatches: /\.leakyRelu$/,
  shader: /leakyRelu|select/,
};

const energy: Part = {
  name: "energy",
  title: "Energy",
  file: "nn/nets/toy.ts",
  equation: [
    "E(x) = ",
    layer("8", "W₈", /linear\(wide, 1\)/),
    " ",
    activation,
    "(",
    layer("6", "W₆", /linear\(wide, wide\)/),
    " φ(",
    layer("4", "W₄", /linear\(wide, wide\)/),
    " φ(",
    layer("2", "W₂", /linear\(width, wide\)/),
    " φ(",
    layer("0", "W₀", /linear\(2, width\)/),
    " x))))",
  ],
  about:
    "Five layers, each with a bias. What the update needs of it runs in the walk, and again for data and for samples.",
};

function drawn(kind: ShortRunSettings["start"]["kind"]): RegExp {
  if (kind === "persistent") return /^(permute|take)$/;
  return kind === "data" ? /^(randomIndex|add|mul|sum → sqrt)$/ : /^(normal|uniform|mul|add)$/;
}

function start({ start: { kind } }: ShortRunSettings): Part {
  const common = { name: "start", title: "Start" };
  if (kind === "persistent")
    return {
      ...common,
      file: "ebm/starts/persistent.ts",
      equation: [
        { math: "x₀", meaning: "chains of the replay buffer", lines: /take\(memory, rows\)/, dispatches: /^take$/ },
        " = buffer[",
        {
          math: "rows",
          meaning: "distinct places, by a keyed permutation",
          lines: /choice\(key, size/,
          dispatches: /^permute/,
        },
        "];   buffer[rows] ← ",
        {
          math: "x⁻",
          meaning: "where they end goes back to the same places",
          lines: /put\(memory/,
          dispatches: /^put$/,
        },
      ],
      about: "The buffer never leaves the GPU: rows are drawn, read and written there.",
    };
  if (kind === "data")
    return {
      ...common,
      file: "ebm/starts/data.ts",
      equation: [{ math: "x₀", meaning: "the batch of data", lines: /data\(\)/, dispatches: drawn(kind) }, " = x⁺"],
      about: "Chains start where data are.",
    };
  const uniform = kind === "uniform";
  return {
    ...common,
    file: "ebm/starts/noise.ts",
    equation: [
      {
        math: "x₀",
        meaning: "noise by counter: a function of the key and the place, in integers",
        lines: uniform ? /uniform\(key/ : /normal\(key/,
        dispatches: drawn(kind),
        shader: /FromBits|threefry/,
      },
      uniform ? " ~ U(−scale, scale)" : " ~ N(0, scale²)",
    ],
    about: "Every chain starts afresh in every update.",
  };
}

const slope: Sign = {
  math: "∇E(x)",
  meaning: "forward through the net and back to its input; no gradient of a weight is computed here",
  lines: /energyAndSlope\(energy/,
  dispatches: /walk\.\d/,
};

/** The move, which may be a further result of the dispatch before it. */
const moved = /(^|, )walk\.(add|sub|where)$/;

const samplers: Readonly<Record<ShortRunSettings["sampler"]["kind"], (settings: ShortRunSettings) => Part>> = {
  langevin: ({ sampler: { stepSize, noise } }) => ({
    name: "sampler",
    title: "Sampler",
    file: "ebm/samplers/langevin.ts",
    equation: [
      "x ← ",
      {
        math: "x −",
        meaning: "the move, stored by the dispatch that ends the slope",
        lines: /x\.sub\(/,
        dispatches: moved,
        shader: /= v\d+ - (v\d+|value);/,
      },
      " ",
      {
        math: "η",
        meaning: `the step size, ${stepSize}${stepSize === 1 ? ": a factor of one, which the compiler has dropped" : ""}`,
        lines: /perChain\(stepSize/,
        dispatches: moved,
        shader: /= (v\d+|value) \* v\d+;/,
      },
      " ",
      slope,
      ...(noise === 0
        ? []
        : [
            " + ",
            {
              math: "σ",
              meaning: `the noise, ${noise}: a number in the shader`,
              lines: /perChain\(noise/,
              dispatches: moved,
              shader: /= (v\d+|value) \* v\d+;/,
            },
            " ",
            {
              math: "z",
              meaning: "N(0, 1), made in registers where it is used: no buffer of noise",
              lines: /normal\(key/,
              dispatches: moved,
              shader: /normalFromBits\(v|threefry2x32\(v|foldIn\(v/,
            },
          ]),
      ";   r = ",
      { math: "‖∇E‖", meaning: "its norm, for the curve r_s", lines: /rowNorm\(slope\)/, dispatches: /walk\.sum/ },
    ],
    about:
      "The loop over steps: its body is planned once and encoded for every step, with the step's index in the parameters.",
  }),
  momentum: () => descent(/last\.mul\(momentum\)/, "m ← βm + (1 − β)"),
  adam: () => descent(/optimizer\.update/, "x ← Adam of "),
  mala: () => ({
    ...chosenPart("ebm/samplers/mala.ts", /const proposed = x\.sub/),
    about: "A Langevin step as a proposal, and a choice that makes it exact.",
  }),
  hmc: () => ({
    ...chosenPart("ebm/samplers/hmc.ts", /const moved = x\.add/),
    about: "Leapfrog steps as a proposal, and a choice that makes it exact.",
  }),
};

const descent = (lines: RegExp, before: string): Part => ({
  name: "sampler",
  title: "Sampler",
  file: "ebm/samplers/descent.ts",
  equation: [before, slope, ";   ", { math: "x ←", meaning: "the move", lines, dispatches: /walk\.\w+$/ }],
  about: "No sampler but a minimiser: chains only descend.",
});

const chosenPart = (file: SourceFile, lines: RegExp): Omit<Part, "about"> => ({
  name: "sampler",
  title: "Sampler",
  file,
  equation: [
    { math: "x′", meaning: "the proposal", lines, dispatches: /walk\.\w+$/ },
    " from ",
    slope,
    ";   accept with min(1, ",
    {
      math: "p(x′) q(x) / p(x) q(x′)",
      meaning: "the choice",
      lines: /metropolis\($|= metropolis\(/,
      dispatches: /walk\.\w+$/,
    },
    ")",
  ],
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

const sgd: Part = {
  name: "optimizer",
  title: "Optimiser",
  file: "nn/optimizers/sgd.ts",
  equation: [
    "p ← ",
    {
      math: "p − rate · d",
      meaning: "written over p at the end of the gradient's own dispatch, unless a number was strange",
      lines: /p\.sub/,
      dispatches: written,
    },
  ],
  about: "No dispatch of its own: the move is the epilogue of the gradient that it needs.",
};

const adam: Part = {
  name: "optimizer",
  title: "Optimiser",
  file: "nn/optimizers/adam.ts",
  equation: [
    { math: "m", meaning: "running mean of the slope", lines: /const mean =/, dispatches: written },
    ", ",
    { math: "v", meaning: "running mean of its square", lines: /const square =/, dispatches: written },
    ";   p ← ",
    { math: "p − rate · m̂ / (√v̂ + ε)", meaning: "the move", lines: /p\.sub/, dispatches: written },
  ],
  about: "Elementwise, over parameters and moments in place; left out where a number of the update was strange.",
};
