/** Chains that start from data, as in contrastive divergence (Hinton 2002). */

import { forgetful, type Start } from "./start.ts";

/** A fresh batch, with the noise that training adds to data. */
export const dataStart = (): Start => forgetful((_key, _shape, data) => data);
