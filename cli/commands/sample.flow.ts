/** What `ebm sample` does with chains without noise: between starts, and towards images that were not trained on. */

import type { Explorer, Grid } from "../../ebm/training.ts";
import { significant } from "../progress/line.ts";
import { say, type World } from "../world.ts";

/** What was asked of chains without noise. */
export type Flow =
  | { kind: "interpolate"; options: Parameters<Explorer["interpolate"]>[0] }
  | { kind: "reconstruct"; options: Parameters<Explorer["reconstruct"]>[0] };

/** The grid that it comes to; a reconstruction says how it gets on ten times, and how near it came. */
export async function flowGrid(world: World, explorer: Explorer, flow: Flow): Promise<Grid> {
  if (flow.kind === "interpolate") return explorer.interpolate(flow.options);
  const { iterations } = flow.options;
  const errorLine = (error: number): string => `mean squared error per pixel ${significant(error)}`;
  const { grid, error } = await explorer.reconstruct(flow.options, (iteration, before) => {
    if ((iteration - 1) % Math.ceil(iterations / 10) === 0)
      say(world, `iteration ${iteration} of ${iterations}, ${errorLine(before)}`);
  });
  say(world, `done, ${errorLine(error)}`);
  return grid;
}
