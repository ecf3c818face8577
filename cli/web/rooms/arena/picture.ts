/** The pictures of a sampler: its chains on the energy, and their histograms beside the true densities. */

import { colour, contextOf, paint } from "../../colours.ts";
import { shadesOf } from "../../density.ts";
import { lines } from "../../lines.ts";
import type { Target } from "../../../../ebm/index.ts";
import type { Lap } from "./protocol.ts";

/** Points along each side of the grid. */
const RESOLUTION = 80;
/** Steps that leave a trail. */
const TRAIL = 3;
/** Points of a true marginal density. */
const CURVE = 120;

/** What does not change while chains walk: computed once for all samplers. */
export interface Scenery {
  target: Target;
  ground: HTMLCanvasElement;
  contours: Path2D;
  /** for each coordinate its density from the low to the high end of its range */
  marginals: readonly Float64Array[];
}

export function sceneryOf(target: Target): Scenery {
  const [across, up] = target.ranges;
  const at = ([low, high]: readonly [number, number], index: number, count: number): number =>
    low + ((high - low) * (index + 0.5)) / count;
  const logDensity = Float64Array.from({ length: RESOLUTION ** 2 }, (_, i) =>
    target.logDensity(at(across, i % RESOLUTION, RESOLUTION), at(up, Math.floor(i / RESOLUTION), RESOLUTION)),
  );
  const { values, range, levels } = shadesOf(logDensity, "energy");
  const ground = document.createElement("canvas");
  paint(ground, values, RESOLUTION, range);
  return {
    target,
    ground,
    contours: lines(values, RESOLUTION, levels),
    marginals: target.marginals.map((density, axis) =>
      Float64Array.from({ length: CURVE }, (_, i) => density(at(target.ranges[axis], i, CURVE))),
    ),
  };
}

/** The size of a canvas in the pixels of the screen, which it takes. */
function fit(canvas: HTMLCanvasElement): [width: number, height: number] {
  const scale = Math.min(devicePixelRatio, 2);
  const size: [number, number] = [
    Math.max(1, Math.round(canvas.clientWidth * scale)),
    Math.max(1, Math.round(canvas.clientHeight * scale)),
  ];
  if (canvas.width !== size[0]) canvas.width = size[0];
  if (canvas.height !== size[1]) canvas.height = size[1];
  return size;
}

/** Energy and contours; of a lap the ways of the chains, the older the fainter, and where its last proposals were rejected. */
export function drawChains(canvas: HTMLCanvasElement, { target, ground, contours }: Scenery, lap: Lap | null): void {
  const [size] = fit(canvas);
  const context = contextOf(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(ground, 0, 0, size, size);
  const scaled = new Path2D();
  scaled.addPath(contours, new DOMMatrix().scale(size));
  const unit = Math.max(1, size / 300);
  context.strokeStyle = colour("--contour");
  context.lineWidth = unit;
  context.stroke(scaled);
  if (lap === null) return;

  const [[left, right], [bottom, top]] = target.ranges;
  const place = (points: Float32Array, at: number): [number, number] => [
    ((points[2 * at] - left) / (right - left)) * size,
    ((top - points[2 * at + 1]) / (top - bottom)) * size,
  ];
  const chains = lap.before.length / 2;
  const steps = lap.positions.length / lap.before.length;
  const from = (step: number, chain: number): [number, number] =>
    step === 0 ? place(lap.before, chain) : place(lap.positions, (step - 1) * chains + chain);
  const rejections = new Path2D();
  for (let step = Math.max(0, steps - TRAIL); step < steps; step++) {
    const moves = new Path2D();
    for (let chain = 0; chain < chains; chain++) {
      const at = step * chains + chain;
      const start = from(step, chain);
      const taken = lap.accepted === null || lap.accepted[at] === 1;
      if (taken) line(moves, start, place(lap.positions, at));
      else if (step === steps - 1) cross(rejections, start, place(lap.proposed, at), 2.6 * unit);
    }
    context.globalAlpha = 1 - 0.3 * (steps - 1 - step);
    context.strokeStyle = colour("--chains");
    context.lineWidth = 1.1 * unit;
    context.stroke(moves);
  }
  context.globalAlpha = 1;
  // White in dark, so that it is seen on every colour of the ground.
  for (const [name, width] of [
    ["--chains-edge", 2.6],
    ["--cross", 1.1],
  ] as const) {
    context.strokeStyle = colour(name);
    context.lineWidth = width * unit;
    context.stroke(rejections);
  }
  context.lineWidth = unit;

  const dots = new Path2D();
  for (let chain = 0; chain < chains; chain++) {
    const [x, y] = from(steps, chain);
    dots.moveTo(x + 2.4 * unit, y);
    dots.arc(x, y, 2.4 * unit, 0, 2 * Math.PI);
  }
  context.strokeStyle = colour("--chains-edge");
  context.stroke(dots);
  context.fillStyle = colour("--chains");
  context.fill(dots);
}

/** A histogram in bars, and over it the true density; upright for the second coordinate. */
export function drawMarginal(
  canvas: HTMLCanvasElement,
  truth: Float64Array,
  bars: Float32Array | null,
  upright: boolean,
): void {
  const [width, height] = fit(canvas);
  const context = contextOf(canvas);
  context.clearRect(0, 0, width, height);
  context.save();
  const [long, thick] = upright ? [height, width] : [width, height];
  // Along the coordinate goes right, density goes up: turned, so that the second coordinate goes up and density right.
  if (upright) context.setTransform(0, -1, 1, 0, 0, height);
  else context.setTransform(1, 0, 0, -1, 0, height);
  const scale = thick / (1.35 * Math.max(...truth));
  if (bars !== null) {
    context.fillStyle = colour("--bars");
    bars.forEach((bar, i) => {
      context.fillRect((i * long) / bars.length, 0, long / bars.length + 0.5, Math.min(bar * scale, thick));
    });
  }
  const curve = new Path2D();
  truth.forEach((density, i) => curve.lineTo(((i + 0.5) * long) / truth.length, density * scale));
  context.strokeStyle = colour("--ink");
  context.lineWidth = Math.max(1.25, devicePixelRatio * 1.1);
  context.stroke(curve);
  context.restore();
}

function line(path: Path2D, [x, y]: readonly number[], [toX, toY]: readonly number[]): void {
  if (![x, y, toX, toY].every(Number.isFinite)) return;
  path.moveTo(x, y);
  path.lineTo(toX, toY);
}

/** A line to where a proposal was rejected, and a cross there. */
function cross(path: Path2D, start: readonly number[], [x, y]: readonly number[], arm: number): void {
  line(path, start, [x, y]);
  line(path, [x - arm, y - arm], [x + arm, y + arm]);
  line(path, [x - arm, y + arm], [x + arm, y - arm]);
}
