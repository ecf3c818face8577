/** Densities over the plane as pictures with contour lines: truth, model and short-run samples side by side, and over time. */

import { contours } from "d3-contour";
import type { StoredLandscape, StoredLandscapes } from "../run/observation.ts";
import { densityPng, largest, logRange } from "../run/pictures.ts";
import type { Markup } from "./html.ts";
import { html, pngUrl } from "./html.ts";

/** What the landscapes are called on the page. */
const titles: Readonly<Record<string, string>> = { truth: "Truth", model: "Model", shortrun: "Short-run samples" };
const titleOf = (name: string): string => titles[name] ?? name;

interface Panel {
  values: Float64Array;
  low: number;
  high: number;
  levels: number[];
}

/** The last landscapes large: densities above, each to its own peak, and log-densities below, on one scale. */
export function triptych({ landscapes }: StoredLandscapes): Markup {
  const known = landscapes.map((landscape) => ({ ...landscape, log: finite(landscape.logDensity, -Infinity) }));
  const range = logRange(known.map(({ log }) => ({ logDensity: log })));
  const column = (landscape: (typeof known)[number]): Markup =>
    html`<figure class="landscape">
      <figcaption>${titleOf(landscape.name)}</figcaption>
      ${panel(landscape, densityPanel(landscape))} ${panel(landscape, logPanel(landscape.log, range))}
    </figure>`;
  return html`<div class="triptych">${known.map(column)}</div>
    <div class="scales">
      <span>above: density, from 0 to the peak of each</span>
      <span class="scale"
        >below: log-density, ${range[0].toFixed(1)} <i class="viridis"></i> ${range[1].toFixed(1)}</span
      >
      <span>square from −${landscapes[0].extent.toFixed(2)} to ${landscapes[0].extent.toFixed(2)}</span>
    </div>`;
}

/** The same landscape at several steps in a row, small: the log-density of the model, the density of its samples. */
export function filmstrip(
  all: readonly StoredLandscapes[],
  name: string,
  kind: "density" | "logDensity",
): Markup | null {
  const frames = all.flatMap(({ step, landscapes }) => {
    const landscape = landscapes.find((candidate) => candidate.name === name);
    return landscape === undefined ? [] : [{ step, landscape }];
  });
  if (frames.length === 0) return null;
  const range = logRange(frames.map(({ landscape }) => ({ logDensity: finite(landscape.logDensity, -Infinity) })));
  const frame = ({ step, landscape }: (typeof frames)[number]): Markup => {
    const shown =
      kind === "density" ? densityPanel(landscape) : logPanel(finite(landscape.logDensity, -Infinity), range);
    return html`<figure>
      ${panel(landscape, shown)}
      <figcaption>${step}</figcaption>
    </figure>`;
  };
  const what = kind === "density" ? "density" : "log-density";
  return html`<h3>${titleOf(name)}, ${what} by update</h3>
    <div class="filmstrip">${frames.map(frame)}</div>`;
}

function densityPanel({ density }: StoredLandscape): Panel {
  const values = finite(density, 0);
  const high = largest(values);
  return { values, low: 0, high, levels: [0.1, 0.3, 0.5, 0.7, 0.9].map((share) => share * high) };
}

const logPanel = (values: Float64Array, [low, high]: [number, number]): Panel => ({
  ...{ values, low, high },
  levels: Array.from({ length: 7 }, (_, i) => low + ((i + 1) * (high - low)) / 8),
});

/** The picture, and above it the contour lines in the same square. */
function panel({ resolution, name }: StoredLandscape, { values, low, high, levels }: Panel): Markup {
  const picture = pngUrl(densityPng(values, resolution, low, high));
  const clipped = Array.from(values, (value) => (value > low ? value : low));
  const lines = contours().size([resolution, resolution]).thresholds(levels)(clipped);
  const path = lines
    .map(({ coordinates }) =>
      coordinates
        .flat()
        .map((ring) => outline(ring, resolution))
        .join(""),
    )
    .join("");
  return html`<div class="panel">
    <img src="${picture}" alt="${titleOf(name)}" />
    <svg viewBox="0 0 ${resolution} ${resolution}" aria-hidden="true"><path d="${path}" /></svg>
  </div>`;
}

/** A closed line with y upward; the parts along the border, which d3 adds to close it, are left out. */
function outline(ring: readonly number[][], size: number): string {
  const inside = ([x, y]: readonly number[]): boolean => x > 0 && y > 0 && x < size && y < size;
  return ring
    .map(
      ([x, y], i) =>
        `${i > 0 && inside(ring[i]) && inside(ring[i - 1]) ? "L" : "M"}${x.toFixed(1)} ${(size - y).toFixed(1)}`,
    )
    .join("");
}

/** The stored values, null as `missing`. */
const finite = (values: readonly (number | null)[], missing: number): Float64Array =>
  Float64Array.from(values, (value) => value ?? missing);
