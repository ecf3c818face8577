/** Finding pixels that were lost to salt and pepper. */

import { bernoulli, foldIn, where } from "../../engine/index.ts";
import { restoration } from "./restoration.ts";

export const repair = restoration({
  about: "held-out images some of whose pixels became black or white, repaired by chains that keep the others",
  fields: { share: { kind: "number", about: "of pixels that are lost", min: 0, max: 1 } },
  defaults: { share: 0.3 },
  card: ({ share }) => ({
    damage: `a share ${share} of pixels, each channel by itself, is −1 or 1, and it is known which`,
  }),
  damage(images, { share }, key) {
    const known = bernoulli(foldIn(key, 0), images.shape, 1 - share);
    const salt = where(bernoulli(foldIn(key, 1), images.shape, 0.5), 1, -1);
    return { x: where(known, images, salt), known: where(known, 1, 0) };
  },
});
