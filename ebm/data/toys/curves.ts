/** Distributions about curves in the plane: a point of a curve, and normal noise. */

import { normal, randomIndex, split, uniform, type Tensor } from "../../../engine/index.ts";
import { panelled } from "../../quadrature.ts";
import { drawn, keyAt } from "./drawn.ts";
import type { Toy, ToyOptions } from "./toy.ts";

/** One curve for each part. */
export interface Curves {
  /** The point of a part's curve at t from 0 to 1. */
  at: (part: number, t: number) => [x: number, y: number];
  /** The same on the device, parts (u32) and t `[n, 1] → [n, 2]`, with the tensors it reads. */
  device: () => { at: (part: Tensor, t: Tensor) => Tensor; held?: readonly Tensor[] };
  /** How t is drawn: uniform, or the root of a uniform number, of density 2t; uniform without it. */
  along?: "uniform" | "root";
  /** Both coordinates are moved by a uniform number on ±jitter / 2, besides the noise; 0 without it. */
  jitter?: number;
}

/** Places of a curve where its speed and its distance from a point are looked at. */
const LOOKS = 512;
/** Nodes of a panel along the curve, and its length in standard deviations. */
const [NODES, REACH] = [16, 8];
/** Panels of all curves together: more would take a second for every few thousand places. */
const MOST = 10_000;
/** Nodes of a panel across the jitter, and its length. */
const [JITTER_NODES, JITTER_REACH] = [8, 3];
/** Nodes whose normal density is less than e⁻³⁰ of the largest are passed over. */
const NEGLIGIBLE = 30;

/**
 * Equally heavy curves: p(x) = 1/groups Σₖ ∫ N(x; cₖ(t), sd² I) dF(t), by quadrature along each curve and, where there is jitter,
 * across it, with errors of about 1e-9 of the density. The extent is 4 sd more than the curves reach. Distances are those from the curves.
 * @throws RangeError for noise so narrow that the quadrature would take forever
 */
export function aboutCurves({ groups, sd, radius }: ToyOptions, curves: Curves): Toy {
  const { jitter = 0, along = "uniform" } = curves;
  const parts = Array.from({ length: groups }, (_, part) => part);
  const lines = parts.map((part) => Array.from({ length: LOOKS + 1 }, (_, i) => curves.at(part, i / LOOKS)));
  const reach = most(lines.flatMap((line) => line.flat().map(Math.abs)));
  const speed = LOOKS * most(lines.flatMap((line) => line.slice(1).map(([x, y], i) => apart(line[i], x, y))));

  const panels = Math.ceil(speed / (REACH * sd));
  if (panels * groups > MOST)
    throw new RangeError(
      `data.sd: on curves of this length at least ${((speed * groups) / (REACH * MOST)).toPrecision(2)}, got ${sd}`,
    );
  const { nodes, weights } = panelled(panels, NODES);
  const centres = parts.flatMap((part) => nodes.map((t) => curves.at(part, t)));
  const [acrossX, acrossY] = [0, 1].map((axis) => Float64Array.from(centres, (centre) => centre[axis]));
  const heavy = Float64Array.from(nodes, (t, i) => (weights[i] * (along === "root" ? 2 * t : 1)) / groups);
  // Of every panel a circle around all its nodes and their jitter: of most panels no more is looked at.
  const [middleX, middleY, reaches] = [0, 1, 2].map(() => new Float64Array(centres.length / NODES));
  for (let panel = 0; panel < reaches.length; panel++) {
    const own = centres.slice(panel * NODES, (panel + 1) * NODES);
    [middleX[panel], middleY[panel]] = own[NODES / 2];
    reaches[panel] = most(own.map(([x, y]) => apart(own[NODES / 2], x, y))) + jitter;
  }

  const sideways = panelled(Math.max(1, Math.ceil(jitter / (JITTER_REACH * sd))), JITTER_NODES);
  const moved = Float64Array.from(sideways.nodes, (node) => (node - 0.5) * jitter);
  const shares = Float64Array.from(sideways.weights);
  const twice = 2 * sd * sd;
  /** How far a coordinate lies from all that the jitter makes of a node's. */
  const gap = (offset: number): number => Math.max(Math.abs(offset) - jitter / 2, 0);
  /** The normal density along one axis, averaged over the jitter, over what it is at the gap. */
  const spread = (offset: number): number => {
    const logMost = gap(offset) ** 2 / twice;
    let sum = 0;
    for (let i = 0; i < moved.length; i++)
      sum += shares[i] * Math.exp(logMost - (offset - moved[i]) * ((offset - moved[i]) / twice));
    return sum;
  };

  return {
    ...{ groups, sd, radius },
    extent: reach + jitter / 2 + 4 * sd,
    logDensity(x, y) {
      let within = Infinity;
      for (let panel = 0; panel < reaches.length; panel++)
        within = Math.min(within, between(x - middleX[panel], y - middleY[panel]) + reaches[panel]);
      const horizon = Math.sqrt(within ** 2 + NEGLIGIBLE * twice);
      // The sum so far is over the normal density at the least gap so far.
      let [sum, least] = [0, Infinity];
      for (let panel = 0; panel < reaches.length; panel++) {
        if (between(x - middleX[panel], y - middleY[panel]) - reaches[panel] > horizon) continue;
        for (let i = panel * NODES; i < (panel + 1) * NODES; i++) {
          const [offsetX, offsetY] = [x - acrossX[i], y - acrossY[i]];
          const squares = gap(offsetX) ** 2 + gap(offsetY) ** 2;
          if (squares < least) {
            sum *= Math.exp((squares - least) / twice);
            least = squares;
          }
          if (squares - least > NEGLIGIBLE * twice) continue;
          const share = jitter === 0 ? 1 : spread(offsetX) * spread(offsetY);
          sum += heavy[i % nodes.length] * share * Math.exp((least - squares) / twice);
        }
      }
      return Math.log(sum) - least / twice - Math.log(Math.PI * twice);
    },
    nearest(x, y) {
      const distances = lines.map((line) => distanceFrom(line, x, y));
      const distance = Math.min(...distances);
      return { part: distances.indexOf(distance), distance };
    },
    place(part, { uniform, normal }) {
      const share = uniform();
      const [x, y] = curves.at(part, along === "root" ? Math.sqrt(share) : share);
      const noise = (): number => (jitter === 0 ? 0 : (uniform() - 0.5) * jitter) + sd * normal();
      return [x + noise(), y + noise()];
    },
    source() {
      const { at, held } = curves.device();
      return drawn((key, count) => {
        const keys = split(key, 4);
        const part = randomIndex(keyAt(keys, 0), [count, 1], groups);
        const share = uniform(keyAt(keys, 1), [count, 1]);
        const points = at(part, along === "root" ? share.sqrt() : share);
        const noisy = points.add(normal(keyAt(keys, 2), [count, 2]).mul(sd));
        return jitter === 0 ? noisy : noisy.add(uniform(keyAt(keys, 3), [count, 2], -jitter / 2, jitter / 2));
      }, held);
    },
  };
}

type Point = readonly [x: number, y: number];

const most = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0);

/** As Math.hypot, which is slower for the sake of numbers that the plane does not have. */
const between = (x: number, y: number): number => Math.sqrt(x * x + y * y);
const apart = ([atX, atY]: Point, x: number, y: number): number => between(x - atX, y - atY);

/** The distance of a point from a line of straight pieces. */
export function distanceFrom(line: readonly Point[], x: number, y: number): number {
  let least = Infinity;
  for (let i = 1; i < line.length; i++) {
    const [[fromX, fromY], [toX, toY]] = [line[i - 1], line[i]];
    const [stepX, stepY] = [toX - fromX, toY - fromY];
    const share = ((x - fromX) * stepX + (y - fromY) * stepY) / (stepX * stepX + stepY * stepY);
    const t = Math.min(Math.max(share, 0), 1);
    least = Math.min(least, (x - fromX - t * stepX) ** 2 + (y - fromY - t * stepY) ** 2);
  }
  return Math.sqrt(least);
}
