/** The samplers of the arena, each a part with a plan of its own. */

import type { Race } from "../../arena/protocol.ts";
import { racers } from "../../arena/racers.ts";
import type { SourceFile } from "../sources.ts";
import type { Part, Sign } from "./part.ts";

/** Dispatches of a step: targets are so small that whole steps become a few of them. */
const step = /./;

const sign = (math: string, meaning: string, lines: RegExp, shader?: RegExp): Sign => ({
  ...{ math, meaning, lines, dispatches: step },
  ...(shader !== undefined && { shader }),
});

const noise = /normalFromBits\(v|threefry2x32\(v|foldIn\(v/;
const z = (lines: RegExp): Sign =>
  sign("z", "N(0, 1), made in registers where it is used: no buffer of noise", lines, noise);
const slope = sign("∇E(x)", "the slope, by the gradient of the energy's own ops", /energyAndSlope\(energy/);
const choice = (lines: RegExp): Sign =>
  sign(
    "min(1, e^…)",
    "the Metropolis choice, which makes it exact: a uniform number decides",
    lines,
    /uniformFromBits\(v|< v\d+|exp\(/,
  );

interface Drawing {
  file: SourceFile;
  equation: readonly (string | Sign)[];
}

const mala: Drawing = {
  file: "ebm/samplers/mala.ts",
  equation: [
    sign("x′", "the proposal, a Langevin step", /const proposed = x\.sub/),
    " = x − η ",
    slope,
    " + √2η ",
    z(/const noise = normal/),
    ";   accept with ",
    choice(/= metropolis\($/),
    ", the exponent E(x) − E(x′) + ",
    sign("½‖z‖² − ½‖z′‖²", "how much likelier the step back is than the step", /: drift\.mul\(noise/),
  ],
};

const drawings: Readonly<Record<string, Drawing>> = {
  langevin: {
    file: "ebm/samplers/langevin.ts",
    equation: [
      sign("x ←", "the move, which is always taken", /const drifted =/),
      " x − η ",
      slope,
      " + σ ",
      z(/normal\(key/),
    ],
  },
  mala,
  "mala-published": {
    file: mala.file,
    equation: [
      ...mala.equation.slice(0, -1),
      sign(
        "½‖z‖² − ½η²‖z′‖²",
        "the code has the factor η / 4 where 1 / 4η belongs, so η² is too much: nearly all is accepted, and the variance is too large",
        /const correction = published|eta\.mul\(heat\)\.square\(\)/,
      ),
    ],
  },
  hmc: {
    file: "ebm/samplers/hmc.ts",
    equation: [
      sign("v", "a momentum, N(0, 1)", /const momentum = normal/, noise),
      ";   ",
      sign("v ← v − ½h ∇E", "half a pull", /const halfway =/),
      ",  ",
      sign("x ← x + h v", "a move", /const moved =/),
      ",  v ← v − ½h ",
      slope,
      ", some times;   accept with ",
      choice(/= metropolis\(/),
      ", the exponent ",
      sign("H − H′", "the energy with ½‖v‖²: leapfrogs nearly keep it", /const kinetic =/),
    ],
  },
  "random-walk": {
    file: "ebm/samplers/randomWalk.ts",
    equation: [
      sign("x′", "the proposal, anywhere around", /const proposed = x\.add/),
      " = x + √2η ",
      z(/normal\(foldIn/),
      ";   accept with ",
      choice(/= metropolis\(/),
      ", the exponent E(x) − E(x′)",
    ],
  },
  tempering: {
    file: "ebm/samplers/parallelTempering.ts",
    equation: [
      sign("x₁ … x_R", "a step of each replica, at its own temperature", /const moved = family/),
      ";   ",
      sign("xᵢ ⇄ xⱼ", "neighbours swap: their rows are taken the other way round", /take\(tensor, from\)/),
      " with ",
      sign("min(1, e^…)", "by the Metropolis choice", /metropolis\(key, zeros/),
      ", the exponent ",
      sign("(1/Tᵢ − 1/Tⱼ)(Eᵢ − Eⱼ)", "what a swap gains", /const loss = byChain|\.mul\(between\)/),
    ],
  },
  kinetic: {
    file: "ebm/samplers/kineticLangevin.ts",
    equation: [
      sign("B", "v ← v − ½h ∇E(x), a pull", /const pull =/),
      ",  ",
      sign("A", "x ← x + ½h v, a move", /const move =/),
      ",  ",
      sign("O", "v ← C v + √(1 − C²) z: some of the velocity is forgotten", /const forget =|expm1\(\)/, noise),
      ",  A,  B   with ",
      slope,
    ],
  },
  adapted: {
    file: "ebm/samplers/adapted.ts",
    equation: [
      sign("H", "how far acceptance falls short on average", /const missed =/),
      ";   ",
      sign("log ε", "the step size that this asks for", /const sought =/),
      " = log 10 ε₀ − 20 √t H;   ",
      sign("log ε̄", "its running mean, with which steps are taken after warm-up", /logMean: warm/),
      " ← log ε̄ + ",
      sign("t^−¾", "a weight that falls", /const weight =/),
      " (log ε − log ε̄);   a step of ",
      sign("MALA(ε)", "each chain with its own ε", /family\(stepSize\)\.step/),
    ],
  },
  independent: {
    file: "ebm/samplers/independent.ts",
    equation: [
      sign("x′", "the proposal, wherever the chain stands", /const proposed = proposal\.draw/, noise),
      " ~ q;   accept with ",
      choice(/= metropolis\(/),
      ", the exponent E(x) − E(x′) + ",
      sign("log q(x) / q(x′)", "how much likelier q draws where the chain stands", /const correction =/),
    ],
  },
};

/** The samplers of a race, in their order. */
export const raceParts = (race: Race): readonly Part[] =>
  racers
    .filter(({ name }) => race.racers.includes(name))
    .map(({ name, title, about }) => ({ name, title, ...drawings[name], about: `${title} ${about}.` }));
