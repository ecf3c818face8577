// What parity.node.test.ts asks of both hosts: trainings and random streams, as digests. Plain JavaScript on the built
// package, under the names that its users import, so that Node and a browser run this very file.
import { bits, choice, evaluate, foldIn, key, normal, openDevice, split, toArray, uniform } from "webgpu-ebm/engine";
import { recipes, systems } from "webgpu-ebm/ebm";
import { safetensors } from "webgpu-ebm/nn";

const UPDATES = 20;

/** Bright rectangles on black, of another size and at another place in each image. */
const rectangles = {
  ...{ name: "rectangles", count: 32, channels: 1, height: 28, width: 28, labels: null },
  images: Uint8Array.from({ length: 32 * 28 * 28 }, (_, p) => {
    const [item, row, column] = [Math.floor(p / 784), Math.floor((p % 784) / 28), p % 28];
    const top = item % 13;
    const left = (5 * item) % 11;
    return row >= top && row < top + 6 + (item % 7) && column >= left && column < left + 8 + (item % 5) ? 255 : 0;
  }),
};

const toy = recipes["anatomy/gmm-convergent"].settings;
const images = recipes["shortrun/mnist-tiny"].settings;
const attention = recipes["anatomy/mnist-convergent"].settings;

/** SGD, a replay buffer and large noise; Adam and strided convolutions; max-pooling, attention and resized images. */
const trainings = {
  toy: { ...toy, sampler: { ...toy.sampler, steps: 5 } },
  images: {
    ...{ ...images, batch: 4 },
    net: { ...images.net, width: 4 },
    sampler: { ...images.sampler, steps: 3 },
  },
  attention: {
    ...{ ...attention, batch: 4 },
    data: { ...attention.data, size: 16 },
    net: { ...attention.net, width: 4 },
    sampler: { ...attention.sampler, steps: 2 },
    start: { ...attention.start, size: 16 },
    optimizer: { ...attention.optimizer, kind: "adam", lr: 1e-3 },
  },
};

/** Streams of every kind, known from their keys alone. */
const streams = () => ({
  bits: bits(key(2026), [5000]),
  uniform: uniform(foldIn(key(2026), 1), [5000]),
  normal: normal(foldIn(key(2026), 2), [5000]),
  choice: choice(foldIn(key(2026), 3), 5000, 5000),
  split: split(foldIn(key(2026), 4), 2500),
});

/** SHA-256, in hexadecimal. */
async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function digestsOf(arrays) {
  const entries = Object.entries(arrays).map(async ([name, { dtype, data }]) => {
    const words = dtype === "f32" ? Float32Array.from(data) : Uint32Array.from(data);
    return [name, await sha256(words)];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The checkpoint after some updates, as one file and array by array, with the arrays before the first for comparison. */
async function trained(settings) {
  const training = await systems.shortRun.open(settings, { data: () => Promise.resolve(rectangles) });
  const before = await digestsOf(await training.checkpoint());
  for (let update = 0; update < UPDATES; update++) await training.update();
  const arrays = await training.checkpoint();
  training.dispose();
  return { before, file: await sha256(safetensors.encode(arrays)), arrays: await digestsOf(arrays) };
}

/** `{ adapter, trainings, streams, reference }`: what ran it, then digests by name. */
export async function digests() {
  const { adapter } = await openDevice();
  const onDevice = {};
  for (const [name, tensor] of Object.entries(streams())) onDevice[name] = await toArray(tensor);
  const inReference = Object.fromEntries(
    Object.entries(streams()).map(([name, tensor]) => [name, evaluate([tensor], new Map())[0]]),
  );
  const result = { adapter: adapter.name, streams: await digestsOf(onDevice), reference: await digestsOf(inReference) };
  const entries = [];
  for (const [name, settings] of Object.entries(trainings)) entries.push([name, await trained(settings)]);
  return { ...result, trainings: Object.fromEntries(entries) };
}
