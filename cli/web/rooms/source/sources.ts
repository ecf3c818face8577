/** The text of the files that run, as they stand in the repository. */

import contrastiveDivergence from "../../../../ebm/objectives/contrastiveDivergence.ts?raw";
import descent from "../../../../ebm/samplers/descent.ts?raw";
import hmc from "../../../../ebm/samplers/hmc.ts?raw";
import langevin from "../../../../ebm/samplers/langevin.ts?raw";
import mala from "../../../../ebm/samplers/mala.ts?raw";
import data from "../../../../ebm/starts/data.ts?raw";
import noise from "../../../../ebm/starts/noise.ts?raw";
import persistent from "../../../../ebm/starts/persistent.ts?raw";
import shortRun from "../../../../ebm/systems/shortRun.ts?raw";
import toy from "../../../../nn/nets/toy.ts?raw";
import adam from "../../../../nn/optimizers/adam.ts?raw";
import sgd from "../../../../nn/optimizers/sgd.ts?raw";

export const sources = {
  "ebm/objectives/contrastiveDivergence.ts": contrastiveDivergence,
  "ebm/samplers/descent.ts": descent,
  "ebm/samplers/hmc.ts": hmc,
  "ebm/samplers/langevin.ts": langevin,
  "ebm/samplers/mala.ts": mala,
  "ebm/starts/data.ts": data,
  "ebm/starts/noise.ts": noise,
  "ebm/starts/persistent.ts": persistent,
  "ebm/systems/shortRun.ts": shortRun,
  "nn/nets/toy.ts": toy,
  "nn/optimizers/adam.ts": adam,
  "nn/optimizers/sgd.ts": sgd,
} as const;

export type SourceFile = keyof typeof sources;
