/** What a person has chosen in the arena: who races, on which target, how boldly. */

import { planarTargets, type Fields } from "../../../../ebm/index.ts";
import { leaves } from "../../../config/fields.ts";
import type { Value, Values } from "../../controls.ts";
import { stops, type Knob } from "../../knob.ts";
import type { Race } from "./protocol.ts";
import { initialRacers, racers } from "./racers.ts";

export const targetNames = Object.keys(planarTargets) as (keyof typeof planarTargets)[];

/** All that the address of the room holds. */
export const raceFields = {
  target: { kind: "choice", about: "where the chains walk", values: targetNames },
  stepSize: { kind: "number", about: "η; a step of every sampler is about √2η long", exclusiveMin: 0, max: 10 },
  noise: { kind: "number", about: "of plain Langevin, times √2η; less is a lower temperature", min: 0, max: 4 },
  chains: { kind: "integer", about: "of each sampler", min: 4, max: 400 },
  seed: { kind: "integer", about: "of the starts and the chances, the same for all", min: 0 },
} as const satisfies Fields;

/** In sight, beside the targets and the samplers. */
export const knobs: readonly Knob[] = [
  { path: "stepSize", name: "step size", stops: stops(0.001, 10) },
  { path: "noise", name: "noise", stops: [0, ...stops(0.1, 4)] },
  { path: "chains", name: "chains", stops: stops(4, 400, { integers: true }) },
];

/** Step sizes with which most samplers get around on each target, and their differences show. */
const fitting: Readonly<Record<Race["target"], number>> = {
  gaussian: 0.5,
  correlated: 0.1,
  banana: 0.15,
  wells: 0.15,
  mixture: 0.15,
  funnel: 0.1,
};

/** The race that a target opens with. */
export const raceOn = (target: Race["target"], { racers, seed }: Pick<Race, "racers" | "seed">): Race => ({
  ...{ target, racers, seed },
  stepSize: fitting[target],
  noise: 1,
  chains: 24,
});

export const initial: Race = raceOn("gaussian", { racers: initialRacers, seed: 1 });

/** The race with one setting changed; with another target, all but who races and the seed begin anew. */
export const withSetting = (race: Race, path: string, value: Value): Race =>
  path === "target" ? raceOn(value as Race["target"], race) : { ...race, [path]: value };

/** Of the samplers, in their own order, one more or one less. */
export const withRacer = (race: Race, name: string, taken: boolean): Race => ({
  ...race,
  racers: racers.map((racer) => racer.name).filter((other) => (other === name ? taken : race.racers.includes(other))),
});

/** What the controls show. */
export const valuesOf = (race: Race): Values => ({
  fields: raceFields,
  now: (path) => race[path as "stepSize"],
  standard: (path) => raceOn(race.target, race)[path as "stepSize"],
});

/** The names of the settings. */
export const settingNames = [...leaves(raceFields).keys()] as (keyof typeof raceFields)[];
