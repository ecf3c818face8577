/** The samplers that race: each as a function of the one step size they share, so that all of them are as bold. */

import type { Tensor } from "../../../../engine/index.ts";
import {
  adapted,
  hmc,
  independent,
  kineticLangevin,
  langevin,
  mala,
  normalProposal,
  parallelTempering,
  randomWalk,
  type Sampler,
} from "../../../../ebm/index.ts";

export interface Racer {
  /** what it is called in the address */
  name: string;
  title: string;
  /** its step, in a line */
  step: string;
  about: string;
  /** of a step, for each chain */
  gradients: number;
  /** `stepSize` η is that of Langevin dynamics; `noise` is a factor of √2η, which only plain Langevin lets one choose */
  sampler: (stepSize: Tensor, noise: Tensor) => Sampler;
}

/** The time of a leapfrog, or of a kinetic step, that moves as far as a Langevin step of size η: √2η. */
const time = (stepSize: Tensor): Tensor => stepSize.mul(2).sqrt();

const leapfrogs = 4;
const ladder = [1, 2, 4, 8];

export const racers: readonly Racer[] = [
  {
    name: "langevin",
    title: "Langevin",
    step: "x ← x − η∇E + √2η z",
    about: "takes every step, and pays for it with a bias that grows with η",
    gradients: 1,
    sampler: (stepSize, noise) => langevin({ stepSize, noise: time(stepSize).mul(noise) }),
  },
  {
    name: "mala",
    title: "MALA",
    step: "Langevin, and a choice",
    about: "exact at every step size: what the step gets wrong is rejected",
    gradients: 1,
    sampler: (stepSize) => mala({ stepSize }),
  },
  {
    name: "mala-published",
    title: "MALA, as published",
    step: "γ/4 where 1/4γ belongs",
    about: "the correction of GEBM's code: it accepts nearly everything, and is about as biased as Langevin",
    gradients: 1,
    sampler: (stepSize) => mala({ stepSize, published: true }),
  },
  {
    name: "hmc",
    title: "HMC",
    step: `${leapfrogs} leapfrogs, and a choice`,
    about: "exact, and far from where it was after a step; it pays with a gradient for each leapfrog",
    gradients: leapfrogs,
    sampler: (stepSize) => hmc({ stepSize: time(stepSize), leapfrogs }),
  },
  {
    name: "random-walk",
    title: "Random walk",
    step: "x + √2η z, and a choice",
    about: "exact, and needs no gradient",
    gradients: 0,
    sampler: (stepSize) => randomWalk({ scale: time(stepSize) }),
  },
  {
    name: "tempering",
    title: "Parallel tempering",
    step: `MALA at T = ${ladder.join(", ")}, and swaps`,
    about: "exact; the hot replicas cross barriers and hand over what they find",
    gradients: ladder.length,
    sampler: (stepSize) =>
      parallelTempering((temperature) => mala({ stepSize: temperature.mul(stepSize), temperature }), ladder),
  },
  {
    name: "kinetic",
    title: "Kinetic Langevin",
    step: "BAOAB, friction 1",
    about: "Langevin with a velocity: a smaller bias, and no choice",
    gradients: 1,
    sampler: (stepSize) => kineticLangevin({ stepSize: time(stepSize), friction: 1 }),
  },
  {
    name: "adapted",
    title: "Adapted MALA",
    step: "η seeks an acceptance of 0.57",
    about: "each chain tunes its own step size for 200 steps, beginning at η, and then keeps it",
    gradients: 1,
    sampler: (stepSize) =>
      adapted((factor) => mala({ stepSize: factor.mul(stepSize) }), { initial: 1, target: 0.574, warmUp: 200 }),
  },
  {
    name: "independent",
    title: "Independent",
    step: "z ~ N(0, 2²), and a choice",
    about: "exact; proposals that do not look where the chain stands",
    gradients: 0,
    sampler: () => independent({ proposal: normalProposal(2) }),
  },
];

/** Those that race until somebody chooses others. */
export const initialRacers: readonly string[] = [
  "langevin",
  "mala",
  "mala-published",
  "hmc",
  "random-walk",
  "tempering",
];
