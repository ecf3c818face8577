/** The optimisers' moves. */

import { written, type Part } from "./part.ts";

/** The part of an optimiser. */
export const optimizerPart = ({ kind }: { kind: string }): Part => (kind === "sgd" ? sgd : adam);

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
