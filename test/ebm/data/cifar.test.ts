// The CIFAR reader: records by hand, several files, and every way in which a file can be wrong.
import { describe, expect, test } from "vitest";
import { readCifar } from "../../../ebm/data/cifar.ts";
import { FormatError } from "../../../nn/formatError.ts";
import { fuzz } from "../../nn/formats/damage.ts";

/** A record whose pixels count up from `first`, modulo 256. */
const record = (labels: number[], first: number): number[] => [
  ...labels,
  ...Array.from({ length: 3072 }, (_, i) => (first + i) % 256),
];

const name = "data_batch_1.bin";
const one = Uint8Array.from(record([7], 5));

async function gzip(bytes: Uint8Array): Promise<Uint8Array> {
  const zipped = new Blob([new Uint8Array(bytes)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(zipped).arrayBuffer());
}

test("readCifar gives images [count, 3, 32, 32] and their labels, of several files in their order", async () => {
  const two = await gzip(Uint8Array.from([...record([0], 0), ...record([9], 1)]));
  const { images, labels, ...rest } = await readCifar(
    [
      { name, bytes: one },
      { name: "second", bytes: two },
    ],
    "cifar10",
  );
  expect(rest).toEqual({ count: 3, channels: 3, height: 32, width: 32 });
  expect(labels).toEqual(Uint8Array.of(7, 0, 9));
  expect(images.length).toBe(3 * 3072);
  expect([images[0], images[1], images[1024], images[3072], images[2 * 3072]]).toEqual([5, 6, 5, 0, 1]);
});

test("readCifar reads the fine or the coarse classes of CIFAR-100", async () => {
  const files = [{ name, bytes: Uint8Array.from(record([19, 99], 0)) }];
  expect((await readCifar(files, "cifar100")).labels).toEqual(Uint8Array.of(99));
  expect((await readCifar(files, "cifar100-coarse")).labels).toEqual(Uint8Array.of(19));
  expect((await readCifar(files, "cifar100")).images[1]).toBe(1);
});

describe("readCifar refuses", () => {
  test.each<[string, Uint8Array, string]>([
    ["nothing", new Uint8Array(0), `${name}: expected records of 3073 bytes, got 0 bytes in all`],
    ["a record that is cut", one.subarray(0, 3000), `${name}: expected records of 3073 bytes, got 3000 bytes in all`],
    [
      "a class that is none",
      Uint8Array.from([...one, ...record([10], 0)]),
      `${name}: record 1 has label 10, expected 0 to 9 (cifar10)`,
    ],
  ])("%s", async (_what, bytes, message) => {
    await expect(readCifar([{ name, bytes }], "cifar10")).rejects.toThrow(new FormatError(message));
  });
});

test("readCifar survives 500 damaged files", async () => {
  await fuzz([one, await gzip(one)], 500, (bytes) => readCifar([{ name, bytes }], "cifar10"));
});
