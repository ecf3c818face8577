/** The samplers' steps as equations: in the arena, where a lap is all that runs, and in the walks of trainings. */

import type { SamplerName } from "../../../../../ebm/index.ts";
import type { SourceFile } from "../sources.ts";
import type { Sign } from "./part.ts";

/** A symbol; targets are so small that several of them may be one dispatch. */
const sign = (math: string, meaning: string, lines: RegExp, dispatches: RegExp, shader?: RegExp): Sign => ({
  ...{ math, meaning, lines, dispatches },
  ...(shader !== undefined && { shader }),
});

const bits = /normalFromBits\(v|threefry2x32\(v|foldIn\(v/;
const z = (lines: RegExp, dispatches: RegExp): Sign =>
  sign("z", "N(0, 1), made in registers where it is used: no buffer of noise", lines, dispatches, bits);
export const slope = sign("∇E(x)", "the slope, by the gradient of the energy's own ops", /energyAndSlope\(energy/, /∇/);
const choice = (lines: RegExp): Sign =>
  sign(
    "min(1, eᵃ)",
    "the Metropolis choice, which makes it exact: a uniform number decides",
    lines,
    /less/,
    /< v\d+|exp\(v/,
  );

/** A step: its file, and its equation, whose dispatches are those of a lap in the arena. */
export interface Step {
  file: SourceFile;
  equation: readonly (string | Sign)[];
}

const mala: Step = {
  file: "ebm/samplers/mala.ts",
  equation: [
    sign("x′", "the proposal, a Langevin step", /const proposed = x\.sub/, /^normal/),
    " = x − η ",
    slope,
    " + √2η ",
    z(/const noise = normal/, /^normal/),
    ";   accept with ",
    choice(/= metropolis\($/),
    ",  a = E(x) − E(x′) + ",
    sign("½‖z‖² − ½‖z′‖²", "how much likelier the step back is than the step", /: drift\.mul\(noise/, /∇|less/),
  ],
};

/** No sampler but a minimiser. */
const descent = (before: string, move: RegExp): Step => ({
  file: "ebm/samplers/descent.ts",
  equation: [before, slope, ";   ", sign("x ←", "the move", move, /∇/)],
});

export const steps: Readonly<Record<SamplerName, Step>> = {
  langevin: {
    file: "ebm/samplers/langevin.ts",
    equation: [
      sign("x ←", "the move, which is always taken", /const drifted =/, /∇/),
      " x − η ",
      slope,
      " + σ ",
      z(/normal\(key/, /∇/),
    ],
  },
  momentum: descent("m ← βm + (1 − β)", /last\.mul\(momentum\)/),
  adam: descent("x ← Adam of ", /optimizer\.update/),
  mala,
  "mala-published": {
    file: mala.file,
    equation: [
      ...mala.equation.slice(0, -1),
      sign(
        "½‖z‖² − ½η²‖z′‖²",
        "the code has the factor η / 4 where 1 / 4η belongs, so η² is too much: nearly all is accepted, and the variance is too large",
        /const correction = published|eta\.mul\(heat\)\.square\(\)/,
        /∇|less/,
      ),
    ],
  },
  hmc: {
    file: "ebm/samplers/hmc.ts",
    equation: [
      sign("v", "a momentum, N(0, 1)", /const momentum = normal/, /^mul/, bits),
      ";   ",
      sign("v ← v − ½h ∇E", "half a pull", /const halfway =/, /^add|∇/),
      ",  ",
      sign("x ← x + h v", "a move", /const moved =/, /^add/),
      ",  v ← v − ½h ",
      slope,
      ",  so often;   accept with ",
      choice(/= metropolis\(/),
      ",  a = ",
      sign("H − H′", "of the energy with ½‖v‖², which leapfrogs nearly keep", /const kinetic =/, /less/),
    ],
  },
  "random-walk": {
    file: "ebm/samplers/randomWalk.ts",
    equation: [
      sign("x′", "the proposal, anywhere around", /const proposed = x\.add/, /^add/),
      " = x + √2η ",
      z(/normal\(foldIn/, /^add/),
      ";   accept with ",
      choice(/= metropolis\(/),
      ",  a = E(x) − E(x′)",
    ],
  },
  tempering: {
    file: "ebm/samplers/parallelTempering.ts",
    equation: [
      sign("x₁ … xᵣ", "a step of each replica, at its own temperature", /const moved = family/, /^normal|∇|less/),
      ";   ",
      sign("xᵢ ⇄ xⱼ", "neighbours swap: rows are taken the other way round", /take\(tensor, from\)/, /^take/),
      " with ",
      sign("min(1, eᵃ)", "by the Metropolis choice", /metropolis\(key, zeros/, /toFloat|where/),
      ",  a = ",
      sign("(1/Tᵢ − 1/Tⱼ)(Eᵢ − Eⱼ)", "what a swap gains", /const loss = byChain|\.mul\(between\)/, /toFloat|where/),
    ],
  },
  kinetic: {
    file: "ebm/samplers/kineticLangevin.ts",
    equation: [
      sign("B", "v ← v − ½h ∇E(x), a pull", /const pull =/, /^add|∇/),
      ",  ",
      sign("A", "x ← x + ½h v, a move", /const move =/, /^add/),
      ",  ",
      sign("O", "v ← C v + √(1 − C²) z: some of the velocity is forgotten", /const forget =|expm1\(\)/, /^add/, bits),
      ",  A,  B   with ",
      slope,
    ],
  },
  adapted: {
    file: "ebm/samplers/adapted.ts",
    equation: [
      sign("H", "how far acceptance falls short on average", /const missed =/, /^add|where/),
      ";   ",
      sign("log ε", "the step size that this asks for", /const sought =/, /^add|where/),
      " = log 10 ε₀ − 20 √t H;   ",
      sign("log ε̄", "its running mean, with which steps are taken after warm-up", /logMean: warm/, /^add|where/),
      " ← log ε̄ + ",
      sign("t^−¾", "a weight that falls", /const weight =/, /^add|where/),
      " (log ε − log ε̄);   a step of ",
      sign("MALA(ε)", "each chain with its own ε", /family\(stepSize\)\.step/, /^normal|∇|less/),
    ],
  },
  independent: {
    file: "ebm/samplers/independent.ts",
    equation: [
      sign("x′", "the proposal, wherever the chain stands", /const proposed = proposal\.draw/, /^mul/, bits),
      " ~ q;   accept with ",
      choice(/= metropolis\(/),
      ",  a = E(x) − E(x′) + ",
      sign(
        "log q(x) / q(x′)",
        "how much likelier q draws where the chain stands",
        /const correction =/,
        /sum → div|less/,
      ),
    ],
  },
};
