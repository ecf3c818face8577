/** The text of the files that run, as they stand in the repository. */

import contrastiveDivergence from "../../../../ebm/objectives/contrastiveDivergence.ts?raw";
import adapted from "../../../../ebm/samplers/adapted.ts?raw";
import descent from "../../../../ebm/samplers/descent.ts?raw";
import hmc from "../../../../ebm/samplers/hmc.ts?raw";
import independent from "../../../../ebm/samplers/independent.ts?raw";
import kineticLangevin from "../../../../ebm/samplers/kineticLangevin.ts?raw";
import langevin from "../../../../ebm/samplers/langevin.ts?raw";
import mala from "../../../../ebm/samplers/mala.ts?raw";
import parallelTempering from "../../../../ebm/samplers/parallelTempering.ts?raw";
import randomWalk from "../../../../ebm/samplers/randomWalk.ts?raw";
import data from "../../../../ebm/starts/data.ts?raw";
import generator from "../../../../ebm/starts/generator.ts?raw";
import matched from "../../../../ebm/starts/matched.ts?raw";
import noise from "../../../../ebm/starts/noise.ts?raw";
import persistent from "../../../../ebm/starts/persistent.ts?raw";
import jemLoss from "../../../../ebm/systems/jem.loss.ts?raw";
import jemNet from "../../../../ebm/systems/jem.net.ts?raw";
import jem from "../../../../ebm/systems/jem.ts?raw";
import shortRun from "../../../../ebm/systems/shortRun.ts?raw";
import basicResnet from "../../../../nn/nets/basicResnet.ts?raw";
import nonlocal from "../../../../nn/nets/nonlocal.ts?raw";
import smallMlp from "../../../../nn/nets/smallMlp.ts?raw";
import strided from "../../../../nn/nets/strided.ts?raw";
import toy from "../../../../nn/nets/toy.ts?raw";
import vanilla from "../../../../nn/nets/vanilla.ts?raw";
import wideResnet from "../../../../nn/nets/wideResnet.ts?raw";
import adam from "../../../../nn/optimizers/adam.ts?raw";
import sgd from "../../../../nn/optimizers/sgd.ts?raw";

export const sources = {
  "ebm/objectives/contrastiveDivergence.ts": contrastiveDivergence,
  "ebm/samplers/adapted.ts": adapted,
  "ebm/samplers/descent.ts": descent,
  "ebm/samplers/hmc.ts": hmc,
  "ebm/samplers/independent.ts": independent,
  "ebm/samplers/kineticLangevin.ts": kineticLangevin,
  "ebm/samplers/langevin.ts": langevin,
  "ebm/samplers/mala.ts": mala,
  "ebm/samplers/parallelTempering.ts": parallelTempering,
  "ebm/samplers/randomWalk.ts": randomWalk,
  "ebm/starts/data.ts": data,
  "ebm/starts/generator.ts": generator,
  "ebm/starts/matched.ts": matched,
  "ebm/starts/noise.ts": noise,
  "ebm/starts/persistent.ts": persistent,
  "ebm/systems/jem.loss.ts": jemLoss,
  "ebm/systems/jem.net.ts": jemNet,
  "ebm/systems/jem.ts": jem,
  "ebm/systems/shortRun.ts": shortRun,
  "nn/nets/basicResnet.ts": basicResnet,
  "nn/nets/nonlocal.ts": nonlocal,
  "nn/nets/smallMlp.ts": smallMlp,
  "nn/nets/strided.ts": strided,
  "nn/nets/toy.ts": toy,
  "nn/nets/vanilla.ts": vanilla,
  "nn/nets/wideResnet.ts": wideResnet,
  "nn/optimizers/adam.ts": adam,
  "nn/optimizers/sgd.ts": sgd,
} as const;

export type SourceFile = keyof typeof sources;
