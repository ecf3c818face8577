/** Which settings have a control, in which order, and where their sliders stop. What they mean is said by the system's fields. */

/** A setting with a slider: its path, its name on the page, and the round values that the slider has. */
export interface Knob {
  path: string;
  name: string;
  stops: readonly number[] | null;
}

/** Always in sight. */
export const knobs: readonly Knob[] = [
  { path: "sampler.steps", name: "Langevin steps", stops: stops(1, 500, { integers: true }) },
  { path: "sampler.stepSize", name: "step size", stops: stops(0.01, 10) },
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
  { path: "data.groups", name: "Gaussians or rings", stops: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12] },
  { path: "data.sd", name: "their spread", stops: stops(0.05, 0.5) },
  { path: "data.radius", name: "their radius", stops: stops(0.2, 3) },
];

/** Round values from `low` to `high`, about ten a decade. */
function stops(low: number, high: number, { integers = false } = {}): number[] {
  const mantissas = [1, 1.25, 1.5, 2, 2.5, 3, 4, 5, 6, 8];
  const decades = Array.from({ length: 12 }, (_, i) => i - 6);
  return decades
    .flatMap((decade) => mantissas.map((mantissa) => Number(`${mantissa}e${decade}`)))
    .filter((value) => value >= low && value <= high && (!integers || Number.isInteger(value)));
}

/** The stop that is nearest to a value, on a logarithmic scale; a slider shows a value between its stops there. */
export function nearestStop(stops: readonly number[], value: number): number {
  const place = (x: number): number => Math.log(Math.max(x, 1e-9));
  const away = stops.map((stop) => Math.abs(place(stop) - place(value)));
  return away.indexOf(Math.min(...away));
}
