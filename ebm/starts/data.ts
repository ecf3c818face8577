/** Chains that start from data, as in contrastive divergence (Hinton 2002). */

import type { Start } from "./start.ts";

/** The very batch that the chains are contrasted with, noise included. (ebm-anatomy draws another one.) */
export const dataStart = (): Start => ({
  memory: () => null,
  most: Infinity,
  usesData: true,
  draw: (_key, _shape, data) => ({ x: data(), remember: () => ({ memory: null }) }),
});
