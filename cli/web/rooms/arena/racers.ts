/** The samplers that race: each as a function of the one step size they share, so that all of them are as bold. */

import type { Tensor } from "../../../../engine/index.ts";
import {
  samplerKind,
  samplerNames,
  type Sampler,
  type SamplerName,
  type SamplerOptions,
} from "../../../../ebm/index.ts";

export interface Racer {
  /** what it is called in the address */
  name: SamplerName;
  title: string;
  /** its step, in a line */
  step: string;
  about: string;
  /** of a step, for each chain */
  gradients: number;
  /** `stepSize` η is that of Langevin dynamics; `noise` is a factor of √2η, which only plain Langevin lets one choose */
  sampler: (stepSize: Tensor, noise: Tensor) => Sampler;
}

/** What they are like here. */
const options: SamplerOptions = {
  ...{ momentum: 0, leapfrogs: 4, friction: 1, scale: 2 },
  ...{ replicas: 4, hottest: 8 },
  ...{ target: 0.574, warmUp: 200, boldest: 100 },
};

/** All samplers but the minimisers, on targets whose temperature is 1. */
export const racers: readonly Racer[] = samplerNames.flatMap((name) => {
  const { title, brief, about, gradients, sampler } = samplerKind(name);
  if (gradients === null) return [];
  return {
    ...{ name, title, about, step: brief(options), gradients: gradients(options) },
    sampler: (stepSize, noise) =>
      sampler({ ...options, stepSize, noise: stepSize.mul(2).sqrt().mul(noise), temperature: 1 }),
  };
});

/** Those that race until somebody chooses others. */
export const initialRacers: readonly string[] = [
  "langevin",
  "mala",
  "mala-published",
  "hmc",
  "random-walk",
  "tempering",
];
