/** What evaluations take on the device, they give back. */

import { expect, test } from "vitest";
import { device } from "../../engine/opened.ts";
import { evaluations } from "../../../ebm/evaluation/index.ts";
import type { Settings } from "../../../ebm/settings.ts";
import { halvesModel, host } from "./models.ts";

/** Two classes of 4 × 4 images: few numbers, one eigenvalue 0 as good as another. */
const sparing = { ...host(), eigen: () => ({ values: new Float64Array(2), vectors: new Float64Array(4) }) };

/** Little work, whatever an evaluation calls it. */
const little: Readonly<Record<string, string | number>> = {
  ...{ count: 4, batch: 3, steps: 2, stay: 2, splits: 2, restarts: 1, copies: 2, perClass: 2 },
  ...{ refine: 1, epsilon: "0.1" },
};

/** All but `fid`, for whose weights nobody has a license to hand them out. */
const names = Object.keys(evaluations).filter((name) => name !== "fid");

test.each(names)("%s leaves no buffer behind", async (name) => {
  const { run, defaults } = evaluations[name];
  const options = Object.entries(defaults).map(([option, value]) => {
    const own = option in little ? little[option] : value;
    return [option, typeof value === "string" && typeof own === "number" ? `${own}` : own];
  });
  const model = halvesModel({ pull: 1, noise: 0.1 });
  const once = () => run(model, Object.fromEntries(options) as Settings, sparing);
  // What the device keeps for itself is taken at first.
  await once();
  const before = device.memory().live;
  await once();
  expect(device.memory().live).toBe(before);
});
