/** Digests of the random streams, on the device and in the reference: equal on every adapter, or runs cannot be repeated. */

import { createHash } from "node:crypto";
import { bits, choice, evaluate, key, normal, toArray, uniform, type Tensor } from "../engine/index.ts";

/** One stream's name and the digests of its first numbers. */
export interface StreamDigest {
  name: string;
  device: string;
  reference: string;
}

const count = 4096;
const streams: Readonly<Record<string, () => Tensor>> = {
  bits: () => bits(key(7), [count]),
  uniform: () => uniform(key(7), [count]),
  normal: () => normal(key(7), [count]),
  choice: () => choice(key(7), 60_000, count),
};

/** Draws from each stream both ways; a device must be open. */
export async function streamDigests(): Promise<StreamDigest[]> {
  const digests: StreamDigest[] = [];
  for (const [name, draw] of Object.entries(streams)) {
    const x = draw();
    const { dtype, data } = await toArray(x);
    const [expected] = evaluate([draw()], new Map());
    const words = dtype === "f32" ? Float32Array.from(expected.data) : Uint32Array.from(expected.data);
    digests.push({ name, device: digest(data), reference: digest(words) });
  }
  return digests;
}

const digest = (words: Float32Array | Uint32Array): string =>
  createHash("sha256")
    .update(new Uint8Array(words.buffer, words.byteOffset, words.byteLength))
    .digest("hex")
    .slice(0, 12);
