/** Taking noise away. */

import { normal, zeros } from "../../engine/index.ts";
import { restoration } from "./restoration.ts";

export const denoise = restoration({
  about: "held-out images with normal noise, followed by chains under the energy and the distance from what was seen",
  fields: {
    deviation: { kind: "number", about: "of the noise, of pixels in [−1, 1]", min: 0 },
    fidelity: { kind: "number", about: "weight of ½‖x − seen‖² beside the energy", min: 0 },
  },
  defaults: { deviation: 0.3, fidelity: 0 },
  card: ({ deviation }) => ({ damage: `normal noise of deviation ${deviation} on every pixel` }),
  damage: (images, { deviation }, key) => ({
    x: images.add(normal(key, images.shape).mul(deviation)),
    known: zeros(images.shape),
  }),
  fidelity: ({ fidelity }) => fidelity,
});
