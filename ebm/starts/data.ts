/** Chains that start from data, as in contrastive divergence (Hinton 2002). */

import type { Start } from "./start.ts";

/** A fresh batch, with the noise that training adds to data. */
export const dataStart = (): Start => ({
  memory: () => null,
  most: Infinity,
  usesData: true,
  draw: (_key, _shape, data) => ({ x: data(), remember: () => null }),
});
