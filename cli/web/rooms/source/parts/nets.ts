/** The nets as equations: layers inside each other, the last one first. */

import type { SourceFile } from "../sources.ts";
import type { Part, Sign } from "./part.ts";

/** What is asked of a net's settings. */
interface Net {
  kind: string;
  activation?: string;
}

/** A layer by the name that its dispatches have. */
interface Layer {
  name: string;
  math: string;
  meaning: string;
  lines: RegExp;
  /** whether the activation follows it */
  active: boolean;
}

/** Layers of a net, the first one first, and what there is to see of them. */
interface Drawing {
  file: SourceFile;
  layers: readonly Layer[];
  about: string;
}

const fused = "its sum with the bias and the activation after it take no dispatch of their own";

const linear = (name: string, lines: RegExp, active = true): Layer => ({
  ...{ name, lines, active, math: `W${lowered(name)}` },
  meaning: `a linear layer; ${fused}`,
});

const conv = (name: string, lines: RegExp, what: string, active = true): Layer => ({
  ...{ name, lines, active, math: `C${lowered(name)}` },
  meaning: `a convolution ${what}; its gradients are convolutions too`,
});

const block = (name: string, math: string, lines: RegExp, meaning: string): Layer => ({
  ...{ name, math, lines, meaning, active: false },
});

/** `8` → `₈`; other names are no numbers. */
const lowered = (name: string): string =>
  /^\d+$/.test(name) ? [...name].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("") : "";

const attention =
  "self-attention over all places: each looks at every other, by products of matrices and a softmax (Wang et al. 2018)";

const drawings: Readonly<Record<string, Drawing>> = {
  toy: {
    file: "nn/nets/toy.ts",
    layers: [
      linear("0", /linear\(2, width\)/),
      linear("2", /linear\(width, wide\)/),
      linear("4", /linear\(wide, wide\)/),
      linear("6", /linear\(wide, wide\)/),
      linear("8", /linear\(wide, 1\)/, false),
    ],
    about: "Five layers, each with a bias.",
  },
  mlp: {
    file: "nn/nets/smallMlp.ts",
    layers: [
      linear("0", /linear\(dimensions, hidden\)/),
      linear("2", /linear\(dimensions, hidden\), act, linear\(hidden, hidden\)/),
      linear("4", /linear\(hidden, outputs\)/, false),
    ],
    about: "Three layers, each with a bias; one output for each class.",
  },
  vanilla: {
    file: "nn/nets/vanilla.ts",
    layers: [
      conv("0", /conv2d\(channels, width, 3/, "of 3 × 3"),
      conv("2", /down\(width\)/, "of 4 × 4 that halves the image"),
      conv("4", /down\(2 \* width\)/, "of 4 × 4 that halves the image"),
      conv("6", /down\(4 \* width\)/, "of 4 × 4 that halves the image"),
      conv("8", /conv2d\(8 \* width, 1, rest\)/, "over all that is left", false),
    ],
    about: "Features double whenever the image halves.",
  },
  strided: {
    file: "nn/nets/strided.ts",
    layers: [
      conv("0", /down\(channels, width\)/, "of 4 × 4 that halves the image"),
      conv("2", /down\(width, 2 \* width\)/, "of 4 × 4 that halves the image"),
      conv("4", /down\(2 \* width, 4 \* width\)/, "of 4 × 4 that halves the image"),
      conv("6", /conv2d\(4 \* width, outputs/, "over all that is left", false),
    ],
    about: "It halves the image from the first layer on, which makes it cheap.",
  },
  nonlocal: {
    file: "nn/nets/nonlocal.ts",
    layers: [
      conv("0", /conv\(channels, width\)/, "of 3 × 3"),
      block("3", "A₃", /nonlocal\(width\)/, attention),
      conv("4", /conv\(width, 2 \* width\)/, "of 3 × 3"),
      block("7", "A₇", /nonlocal\(2 \* width\)/, attention),
      conv("8", /conv\(2 \* width, 4 \* width\)/, "of 3 × 3"),
      linear("12", /linear\(4 \* width \* rest/),
      linear("14", /linear\(8 \* width, 1\)/, false),
    ],
    about: "The largest of every 2 × 2 places goes on after each convolution.",
  },
  wideResnet: {
    file: "nn/nets/wideResnet.ts",
    layers: [
      block("conv1", "C", /conv1: conv2d\(channels, 16/, "a convolution to 16 features"),
      block("layer1", "R₁", /layer1: group/, "blocks c(φ(c(φ(x)))) + x at full size"),
      block("layer2", "R₂", /layer2: group/, "the same, of which the first halves the image"),
      block("layer3", "R₃", /layer3: group/, "the same, of which the first halves the image"),
      block("linear", "W", /linear: linear\(width, outputs\)/, "a linear layer of the mean over all places"),
    ],
    about: "Pre-activation blocks: what goes in is added to what comes out, so gradients reach the first layers.",
  },
  resnet: {
    file: "nn/nets/basicResnet.ts",
    layers: [
      block("conv1", "C", /conv1: conv\(3, 16, 3\)/, "a convolution to 16 features"),
      block("layer1", "R₁", /layer1: group/, "blocks φ(c(φ(c(x))) + x) at full size"),
      block("layer2", "R₂", /layer2: group/, "the same, of which the first halves the image"),
      block("layer3", "R₃", /layer3: group/, "the same, of which the first halves the image"),
      block("layer4", "R₄", /layer4: group/, "the same, of which the first halves the image"),
      block("fc", "W", /fc: linear\(fourth, outputs\)/, "a linear layer of the mean over all places"),
    ],
    about: "Post-activation blocks without normalisation.",
  },
};
// Under another name where it classifies.
const drawingOf = (kind: string): Drawing => drawings[kind === "conv" ? "strided" : kind];

/** The equation of a net, `E(x) = W₄ φ(W₂ φ(W₀ x))`. */
export function netPart(net: Net, { symbol, title }: { symbol: string; title: string }): Part {
  const { file, layers, about } = drawingOf(net.kind);
  const reversed = layers.toReversed();
  const activation = activationOf(net);
  const equation = reversed.flatMap((layer, at): (string | Sign)[] => {
    const before = at === 0 ? [`${symbol}(x) = `] : reversed[at].active ? [" ", activation, "("] : [" "];
    return [...before, signOf(layer)];
  });
  const open = layers.slice(0, -1).filter(({ active }) => active).length;
  return {
    ...{ name: "energy", title, file },
    equation: [...equation, ` x${")".repeat(open)}`],
    about: `${about} What the update needs of it runs in the walk, and again for data and for samples.`,
  };
}

const signOf = ({ name, math, meaning, lines }: Layer): Sign => ({
  ...{ math, meaning, lines },
  dispatches: new RegExp(`[.∇]${name}\\.`),
});

function activationOf({ kind, activation = "leakyRelu" }: Net): Sign {
  const lines = kind === "wideResnet" || kind === "resnet" ? /act\(|relu\(\)/ : /leakyRelu\(|activation: act/;
  const common = { math: "φ", lines };
  switch (activation) {
    case "silu":
      return {
        ...common,
        meaning: "silu, x · sigmoid(x): it has no dispatch of its own, but ends the one before it",
        dispatches: /\d\.(mul|add)/,
        shader: /stableSigmoid\(v/,
      };
    case "softplus":
      return {
        ...common,
        meaning: "softplus, log(1 + eˣ): it has no dispatch of its own, but ends the one before it",
        dispatches: /softplus|\d\.\w+$/,
      };
    default:
      return {
        ...common,
        meaning: "leaky ReLU: it has no dispatch of its own, but ends the one before it",
        dispatches: /leakyRelu|\d\.(mul|maximum|relu)/,
        shader: /leakyRelu|select/,
      };
  }
}
