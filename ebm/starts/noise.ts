/** Chains that start from noise. */

import { normal, uniform } from "../../engine/index.ts";
import { forgetful, type Draw, type Start } from "./start.ts";

/** U(−scale, scale) in every coordinate. */
export const uniformStart = (scale = 1): Start => forgetful(uniformDraw(scale));

/** What it draws. */
export const uniformDraw =
  (scale = 1): Draw =>
  (key, shape) =>
    uniform(key, shape, -scale, scale);

/** N(0, scale²) in every coordinate. */
export const normalStart = (scale = 1): Start => forgetful((key, shape) => normal(key, shape).mul(scale));
