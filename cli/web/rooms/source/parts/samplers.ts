/** The samplers of trainings. */

import { samplerKind, type SamplerName } from "../../../../../ebm/index.ts";
import { walked, type Part, type Sign } from "./part.ts";
import { slope as slopeInLap, steps } from "./steps.ts";

/** What is asked of a sampler's settings. */
interface Sampler {
  /** Langevin dynamics where none is named */
  kind?: SamplerName;
  stepSize: number;
  noise: number;
  /** the longest a slope may be; 0 for as long as it is */
  clip?: number;
}

const slope: Sign = {
  math: "∇E(x)",
  meaning: "forward through the net and back to its input; no gradient of a weight is computed here",
  lines: /energyAndSlope\(energy/,
  dispatches: /walk\.[\dclf]/,
};

/** The move, which may be a further result of the dispatch before it. */
const moved = /(^|, )walk\.(add|sub|where)$/;

const eta = { math: "η", lines: /perChain\(stepSize/ };

/** The part of a sampler. */
export function samplerPart(sampler: Sampler): Part {
  const { kind = "langevin" } = sampler;
  if (kind === "langevin") return langevin(sampler);
  const { title, about } = samplerKind(kind);
  const { file, equation } = steps[kind];
  return { name: "sampler", title: "Sampler", file, equation: equation.map(inWalk), about: `${title}: ${about}.` };
}

/** Where a training computes a symbol: the slope in the net, all else in the walk's own dispatches. */
const inWalk = (token: string | Sign): string | Sign =>
  typeof token === "string" ? token : { ...token, dispatches: token === slopeInLap ? slope.dispatches : /walk\.\w+$/ };

const langevin = ({ stepSize, noise, clip = 0 }: Sampler): Part => ({
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
    stepSize === 1
      ? { ...eta, meaning: "the step size, 1: a factor that the compiler has dropped", dispatches: null }
      : {
          ...eta,
          meaning: `the step size, ${stepSize}: a number in the shader`,
          dispatches: moved,
          shader: /= (v\d+|value) \* v\d+;/,
        },
    " ",
    slope,
    ...(clip > 0
      ? [
          " · ",
          {
            math: "min(1, c / ‖∇E‖)",
            meaning: `a slope longer than ${clip} is shortened to that`,
            lines: /const kept =/,
            dispatches: walked,
          },
        ]
      : []),
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
});
