/** The square with its landscape: a density in colours, its contour lines, data and chains; and the small pictures to choose from. */

import { colour, contextOf, paint } from "../../colours.ts";
import { pictures, type Picture, type View } from "./choices.ts";
import { shadesOf } from "../../density.ts";
import { Flight } from "../../flight.ts";
import { lines } from "../../lines.ts";
import type { Plane } from "./plane.ts";

/** The canvases of the page. */
export interface Canvases {
  /** colours and lines, which change now and then */
  ground: HTMLCanvasElement;
  /** points, which move all the time */
  points: HTMLCanvasElement;
  small: Readonly<Record<Picture, HTMLCanvasElement>>;
  /** the ends of the scale of colours */
  ends: readonly [dark: HTMLElement, bright: HTMLElement];
}

/** Milliseconds until all data are there. */
const ARRIVAL = 1500;
/** The part of the truth's peak at which its outline runs. */
const OUTLINE = 0.2;

export class LandscapeView {
  #plane: Plane | null = null;
  #view: View;
  #outline: Path2D | null = null;
  #data: Float32Array = new Float32Array(0);
  /** When the first of them came. */
  #dataFrom = 0;
  readonly #logDensities: Partial<Record<Picture, ArrayLike<number>>> = {};
  readonly #chains = new Flight();
  #proposed: Float32Array | null = null;
  readonly #colours = document.createElement("canvas");
  #groundStale = true;
  #pointsStale = true;

  constructor(
    readonly canvases: Canvases,
    view: View,
  ) {
    this.#view = view;
    new ResizeObserver(() => this.refresh()).observe(canvases.ground);
  }

  /** Begins anew on another plane, with these data; they come in one after the other, or all at once. */
  begin(plane: Plane, data: Float32Array, slowly: boolean): void {
    this.#plane = plane;
    const { values } = shadesOf(plane.truth, "density");
    this.#outline = lines(values, plane.resolution, [OUTLINE]);
    this.#data = data;
    this.#dataFrom = slowly ? performance.now() : -Infinity;
    this.#chains.send(new Float32Array(0), performance.now(), false);
    this.#proposed = null;
    for (const picture of pictures) this.#take(picture, picture === "truth" ? plane.truth : null);
    this.refresh();
  }

  /** Shows another view of the same. */
  show(view: View): void {
    const rescaled = view.scale !== this.#view.scale;
    this.#view = view;
    if (rescaled) for (const picture of pictures) this.#take(picture, this.#logDensities[picture] ?? null);
    this.refresh();
  }

  /** Takes a new log-density for one of the pictures. */
  showDensity(picture: Picture, logDensity: ArrayLike<number>): void {
    this.#take(picture, logDensity);
    if (picture === this.#view.picture) this.#groundStale = true;
  }

  /** Shows points from −1 to 1 in place of the data. */
  showDrawing(points: Float32Array): void {
    if (this.#plane === null) return;
    const { extent } = this.#plane;
    this.#data = points.map((value) => value * extent);
    this.#dataFrom = -Infinity;
    this.#pointsStale = true;
  }

  /** Takes new places of the chains, and where those that stayed behind were to go. */
  showChains(positions: Float32Array, proposed: Float32Array | null, glide: boolean): void {
    this.#chains.send(positions, performance.now(), glide);
    this.#proposed = proposed;
    this.#pointsStale = true;
  }

  /** The plane's coordinates and the log-densities under a place of the square, both from 0 to 1, y downward. */
  probe(across: number, down: number): { x: number; y: number; logDensities: Partial<Record<Picture, number>> } | null {
    if (this.#plane === null) return null;
    const { resolution, extent } = this.#plane;
    const cell = (share: number): number => Math.min(resolution - 1, Math.max(0, Math.floor(share * resolution)));
    const at = cell(1 - down) * resolution + cell(across);
    const position = (share: number): number => ((share * resolution - 0.5) / (resolution - 1)) * 2 * extent - extent;
    const found = Object.entries(this.#logDensities).map(([picture, values]) => [picture, values[at]]);
    return {
      ...{ x: position(across), y: position(1 - down) },
      logDensities: Object.fromEntries(found) as Partial<Record<Picture, number>>,
    };
  }

  /** Everything is to be drawn again. */
  refresh(): void {
    this.#groundStale = this.#pointsStale = true;
  }

  /** Draws what has changed since the last time. */
  draw(now: number): void {
    if (this.#plane === null) return;
    if (this.#groundStale) this.#drawGround(this.#plane);
    if (this.#pointsStale) this.#drawPoints(this.#plane, now);
    this.#pointsStale = this.#chains.aloft(now) || now < this.#dataFrom + ARRIVAL;
    this.#groundStale = false;
  }

  #take(picture: Picture, logDensity: ArrayLike<number> | null): void {
    const canvas = this.canvases.small[picture];
    if (logDensity === null) {
      delete this.#logDensities[picture];
      contextOf(canvas).clearRect(0, 0, canvas.width, canvas.height);
      return;
    }
    this.#logDensities[picture] = logDensity;
    const { values, range } = shadesOf(logDensity, this.#view.scale);
    paint(canvas, values, this.#plane!.resolution, range);
  }

  #drawGround({ resolution }: Plane): void {
    const { context, size } = fitted(this.canvases.ground);
    const { picture, scale, layers } = this.#view;
    const logDensity = this.#logDensities[picture];
    context.clearRect(0, 0, size, size);
    if (logDensity !== undefined) {
      const { values, range, levels, ends } = shadesOf(logDensity, scale);
      this.canvases.ends.forEach((element, end) => (element.textContent = ends[end]));
      paint(this.#colours, values, resolution, range);
      context.imageSmoothingQuality = "high";
      context.drawImage(this.#colours, 0, 0, size, size);
      if (layers.includes("contours")) stroke(context, size, lines(values, resolution, levels), colour("--contour"));
    }
    if (layers.includes("outline") && this.#outline !== null)
      stroke(context, size, this.#outline, colour("--outline"), [5, 5]);
  }

  #drawPoints({ extent, resolution }: Plane, now: number): void {
    const { context, size } = fitted(this.canvases.points);
    const { layers } = this.#view;
    context.clearRect(0, 0, size, size);
    // Points of the grid are the centres of cells: the square is one cell wider than the grid.
    const place = (value: number): number =>
      (((value + extent) / (2 * extent)) * (resolution - 1) + 0.5) * (size / resolution);
    const dots = (points: Float32Array, radius: number): Path2D => {
      const path = new Path2D();
      for (let i = 0; i < points.length; i += 2) {
        const [x, y] = [place(points[i]), size - place(points[i + 1])];
        if (!(x > -radius && y > -radius && x < size + radius && y < size + radius)) continue;
        path.moveTo(x + radius, y);
        path.arc(x, y, radius, 0, 2 * Math.PI);
      }
      return path;
    };
    const unit = size / 560;
    if (layers.includes("data")) {
      context.fillStyle = colour("--data");
      const there = Math.min(1, (now - this.#dataFrom) / ARRIVAL) * (this.#data.length / 2);
      context.fill(dots(this.#data.subarray(0, 2 * Math.ceil(there)), Math.max(1, 1.6 * unit)));
    }
    if (layers.includes("moves") && this.#proposed !== null) {
      const rejected = new Path2D();
      const positions = this.#chains.goal;
      for (let i = 0; i < positions.length; i += 2) {
        const [from, to] = [positions, this.#proposed].map((at) => [place(at[i]), size - place(at[i + 1])]);
        if (Math.hypot(from[0] - to[0], from[1] - to[1]) < 1) continue;
        rejected.moveTo(from[0], from[1]);
        rejected.lineTo(to[0], to[1]);
        rejected.moveTo(to[0] + 3.4 * unit, to[1]);
        rejected.arc(to[0], to[1], 3.4 * unit, 0, 2 * Math.PI);
      }
      context.lineWidth = Math.max(1, 1.5 * unit);
      context.strokeStyle = colour("--rejected");
      context.stroke(rejected);
    }
    if (layers.includes("chains")) {
      const chains = dots(this.#chains.at(now), Math.max(2, 3.2 * unit));
      context.lineWidth = Math.max(1, 1.6 * unit);
      context.strokeStyle = colour("--chains-edge");
      context.stroke(chains);
      context.fillStyle = colour("--chains");
      context.fill(chains);
    }
  }
}

/** The context of a square canvas whose pixels are those of the screen. */
function fitted(canvas: HTMLCanvasElement): { context: CanvasRenderingContext2D; size: number } {
  const size = Math.max(1, Math.round(canvas.clientWidth * Math.min(devicePixelRatio, 2)));
  if (canvas.width !== size) canvas.width = canvas.height = size;
  return { context: contextOf(canvas), size };
}

/** Draws lines of the unit square at the size of the canvas. */
function stroke(context: CanvasRenderingContext2D, size: number, path: Path2D, style: string, dash: number[] = []) {
  const scaled = new Path2D();
  scaled.addPath(path, new DOMMatrix().scale(size));
  const pixel = size / 560;
  context.strokeStyle = style;
  context.lineWidth = Math.max(1, pixel * 1.1);
  context.setLineDash(dash.map((length) => length * Math.max(1, pixel)));
  context.stroke(scaled);
  context.setLineDash([]);
}
