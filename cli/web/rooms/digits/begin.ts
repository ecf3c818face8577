/** How each model of the room begins: its settings, what it has learned already, and what is known of it. */

import type { NamedArrays } from "../../../../engine/hostArray.ts";
import type { Settings } from "../../../../ebm/index.ts";
import type { Keeper, Kept } from "../../keeping.ts";
import type { BroughtRun } from "./brought.ts";
import type { ModelName } from "./choices.ts";
import type { Digits } from "./digits.ts";
import type { HeldOut } from "./model.ts";
import type { Wish } from "./protocol.ts";
import { trained } from "./trained.ts";
import { percent } from "./words.ts";

export interface Beginning {
  settings: Settings;
  /** what it has learned, which need not be all that a training holds; null for nothing */
  arrays: NamedArrays | null;
  /** its past in this browser */
  kept: Kept | null;
  /** what tells it from all others, for what this browser keeps */
  identity: string;
  /** what it is, in sentences */
  about: string;
  /** digits to look at until it learns; null where those it learns from are opened at once */
  shown: { digits: Digits; heldOut: Pick<HeldOut, "energies" | "accuracy">; chains: Float32Array } | null;
}

interface Wanted {
  wish: Extract<Wish, { kind: "open" }>;
  keeper: Keeper;
  /** a run that was dropped just now */
  brought: BroughtRun | null;
}

/** Where a model of a name begins, or goes on, unless it is wanted afresh. Throws an error for a run that is not there any more. */
export const beginnings: Readonly<Record<ModelName, (wanted: Wanted) => Promise<Beginning>>> = {
  async trained({ wish, keeper }) {
    const { settings, digits, energies, chains, ...model } = await trained();
    const identity = identityOf("trained", "", settings);
    const kept = await keptOf(keeper, identity, wish.fresh);
    const updates = model.arrays.step.data[0].toLocaleString("en");
    const about =
      `${model.recipe} after ${updates} updates: it gets ${percent(model.accuracy)} of ${model.of.toLocaleString("en")} test digits of MNIST right. ` +
      `Trained on ${model.date} by “${model.command}”.`;
    return {
      ...{ settings, kept, identity, about, arrays: kept?.arrays ?? model.arrays },
      shown:
        kept === null
          ? {
              digits: { about: "its own test digits", train: digits, test: digits },
              heldOut: { energies, accuracy: model.accuracy },
              chains,
            }
          : null,
    };
  },
  async own({ wish, keeper }) {
    const { settings } = wish;
    const identity = identityOf("own", "", settings);
    const kept = await keptOf(keeper, identity, wish.fresh);
    return { settings, kept, identity, arrays: kept?.arrays ?? null, about: "A model of your own.", shown: null };
  },
  async run({ keeper, brought }) {
    if (brought !== null) {
      const { name, settings, arrays } = brought;
      const identity = identityOf("run", name, settings);
      return { settings, arrays, identity, kept: null, about: `The run ${name}.`, shown: null };
    }
    const kept = await keeper.kept((model) => partsOf(model)[0] === "run");
    if (kept === null) throw new RangeError("digits: this browser keeps no run; drop it once more");
    const [, name, settings] = partsOf(kept.model);
    return { settings, kept, arrays: kept.arrays, identity: kept.model, about: `The run ${name}.`, shown: null };
  },
};

const identityOf = (model: ModelName, name: string, settings: Settings): string =>
  JSON.stringify([model, name, settings]);
const partsOf = (identity: string): [ModelName, string, Settings] =>
  JSON.parse(identity) as [ModelName, string, Settings];

const keptOf = (keeper: Keeper, identity: string, fresh: boolean): Promise<Kept | null> =>
  fresh ? Promise.resolve(null) : keeper.kept((model) => model === identity);
