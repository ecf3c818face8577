/** The model that the room begins with: trained before by the command line, packed by `npm run app:digits`. */

import type { HostArray, NamedArrays } from "../../../../engine/hostArray.ts";
import type { Settings } from "../../../../ebm/index.ts";
import { jemFields } from "../../../../ebm/systems/jem.fields.ts";
import type { ImageData } from "../../../../ebm/training.ts";
import { decode } from "../../../../nn/formats/safetensors.ts";
import { checkSettings } from "../../../config/schema.ts";
import { SIDE } from "./protocol.ts";

export interface Trained {
  recipe: string;
  settings: Settings;
  /** parameters, and how many updates they have seen; neither moments nor a replay buffer */
  arrays: NamedArrays;
  /** the share of so many test digits that it gets right, and the energies of these digits in order, some of many */
  accuracy: number;
  of: number;
  energies: Float32Array;
  /** some of these digits */
  digits: ImageData;
  /** some chains of its replay buffer, `[n, 784]` flat in [−1, 1] */
  chains: Float32Array;
  date: string;
  command: string;
}

/** Fetches it from beside the page. */
export async function trained(): Promise<Trained> {
  const response = await fetch(new URL("./trained.safetensors", import.meta.url));
  if (!response.ok) throw new RangeError(`digits: the trained model cannot be fetched, ${response.status}`);
  const { arrays, metadata } = decode(new Uint8Array(await response.arrayBuffer()));
  const { recipe, settings, accuracy, of, date, command } = metadata;
  const {
    "test.energies": energies,
    "test.digits": digits,
    "test.labels": labels,
    chains,
    ...parameters
  } = arrays as Record<string, HostArray>;
  return {
    ...{ recipe, date, command, arrays: parameters },
    settings: checkSettings(jemFields, JSON.parse(settings), "trained.safetensors", { partial: false }),
    ...{ accuracy: Number(accuracy), of: Number(of) },
    energies: energies.data as Float32Array,
    digits: {
      ...{ name: "mnist", images: bytesOf(digits), count: digits.shape[0] },
      ...{ channels: 1, height: SIDE, width: SIDE, labels: Uint8Array.from(labels.data) },
    },
    chains: Float32Array.from(bytesOf(chains), (level) => level / 127.5 - 1),
  };
}

/** Pixels are bytes, four to a word. */
const bytesOf = ({ data }: HostArray): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
