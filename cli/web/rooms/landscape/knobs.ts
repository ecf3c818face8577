/** Which settings have a control, in which order, and where their sliders stop. What they mean is said by the system's fields. */

import { samplerKind, toys, type SamplerName, type SamplerOptions, type ToyOptions } from "../../../../ebm/index.ts";
import { stops, type Knob } from "../../knob.ts";

/** What only some samplers heed, and the others do not show. */
const optionStops: Readonly<Record<keyof SamplerOptions, [name: string, stops: readonly number[]]>> = {
  momentum: ["momentum", [0, ...stops(0.1, 0.8), 0.9, 0.95, 0.99]],
  leapfrogs: ["leapfrog steps", stops(1, 50, { integers: true })],
  friction: ["friction", stops(0.05, 20)],
  scale: ["spread of proposals", stops(0.1, 10)],
  replicas: ["temperatures", stops(2, 16, { integers: true })],
  hottest: ["hottest", stops(1.25, 100)],
  target: ["acceptance sought", stops(0.1, 0.8)],
  warmUp: ["steps that adapt", [0, ...stops(1, 500, { integers: true })]],
  boldest: ["boldest", stops(1, 100)],
};

const options = Object.entries(optionStops).map(([option, [name, stops]]): Knob => ({
  ...{ path: `sampler.${option}`, name, stops },
  matters: (now) => samplerKind(now("sampler.kind") as SamplerName).options.some((one) => one === option),
}));

/** What only some toys have a choice of, and the others do not show. */
const measureStops: Readonly<Record<keyof ToyOptions, [name: string, stops: readonly number[]]>> = {
  groups: ["parts of the data", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12]],
  sd: ["their spread", stops(0.05, 0.5)],
  radius: ["their radius", stops(0.2, 5)],
};

const measures = Object.entries(measureStops).map(([measure, [name, stops]]): Knob => ({
  ...{ path: `data.${measure}`, name, stops },
  matters(now) {
    const data = String(now("data.name"));
    return Object.hasOwn(toys, data) && !toys[data].settled.some((one) => one === measure);
  },
}));

/** Always in sight. */
export const knobs: readonly Knob[] = [
  { path: "sampler.kind", name: "sampler", stops: null },
  ...options,
  { path: "sampler.steps", name: "steps of chains", stops: stops(1, 500, { integers: true }) },
  { path: "sampler.stepSize", name: "step size", stops: stops(0.001, 10) },
  { path: "sampler.noise", name: "noise", stops: [0, ...stops(0.002, 0.5)] },
  { path: "optimizer.lr", name: "learning rate", stops: stops(1e-5, 1) },
  { path: "start.kind", name: "chains start", stops: null },
];

/** In a drawer. */
export const moreKnobs: readonly Knob[] = [
  { path: "batch", name: "batch", stops: stops(10, 500, { integers: true }) },
  { path: "start.scale", name: "scale of starts", stops: stops(0.1, 10) },
  { path: "start.size", name: "replay buffer", stops: stops(100, 50_000, { integers: true }) },
  { path: "optimizer.kind", name: "optimiser", stops: null },
  { path: "objective.scaled", name: "scaled loss", stops: null },
  { path: "net.width", name: "width of the net", stops: stops(4, 100, { integers: true }) },
  { path: "net.leak", name: "leak", stops: [0, ...stops(0.01, 1)] },
  ...measures,
];
