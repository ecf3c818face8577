// ebm data: downloads from a server on this machine, however it fails, and what is left on disk.
import { createHash } from "node:crypto";
import { mkdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { decode } from "fast-png";
import { packTar } from "modern-tar";
import { describe, expect, test } from "vitest";
import { catalogue } from "../../cli/datasets/catalogue.ts";
import type { DataSet, RemoteFile } from "../../cli/datasets/dataSet.ts";
import { transferLine, transferProgress } from "../../cli/progress/transfer.ts";
import { zip } from "../../cli/files/zip.ts";
import { fileServer, type Behaviour } from "./fileServer.ts";
import { testWorld, type TestWorld } from "./world.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Bytes that do not repeat. */
const noise = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * i * 31 + i * seed + (i >> 8)) % 251);

const images = noise(20_000, 1);
const labels = noise(50, 2);

const remote = (name: string, bytes: Uint8Array, urls: readonly string[]): RemoteFile => ({
  ...{ name, urls, bytes: bytes.length, sha256: sha256(bytes), archive: null },
});

const setOf = (files: readonly RemoteFile[]): DataSet => ({
  ...{ name: "toys", about: "toys for tests", licence: "none needed", homepage: "http://toys.invalid", folder: "toys" },
  ...{ files, others: [], byHand: null, classes: null },
});

/** A world with one data set of two files, of which the images come from the paths given, in that order. */
async function toys(
  behaviours: Readonly<Record<string, Behaviour>> = {},
  paths: readonly string[] = ["/images"],
): Promise<TestWorld & { requests: string[]; set: DataSet; tree: () => Promise<string[]> }> {
  const files = { "/images": images, "/mirror": images, "/other": noise(20_000, 3), "/labels": labels };
  const server = await fileServer({ ...files, "/long": noise(20_001, 1) }, behaviours);
  const set = setOf([
    remote("images.bin", images, paths.map(server.url)),
    remote("labels.bin", labels, [server.url("/labels")]),
  ]);
  const world = await testWorld({ dataSets: [set] });
  const root = join(world.world.cwd, "cache/webgpu-ebm/data");
  const tree = async () =>
    (await world.files()).filter((file) => file.startsWith("cache")).map((file) => file.slice(22));
  await mkdir(root, { recursive: true });
  return { ...world, requests: server.requests, set, tree };
}

const whole = ["toys/images.bin", "toys/labels.bin"];

describe("ebm data get", () => {
  test("shows the licence, downloads, verifies, and does nothing the second time", async () => {
    const { ebm, tree, bytes, requests } = await toys();
    const { code, out } = await ebm("data", "get", "toys");
    expect(code).toBe(0);
    expect(out).toMatch(/^toys: toys for tests\nlicence: none needed\nhomepage: http:\/\/toys.invalid\n/);
    expect(out).toMatch(/labels.bin {2}0.0\/0.0 MB.*\ncomplete, in cache\/webgpu-ebm\/data\/toys\n$/);
    expect(await tree()).toEqual(whole);
    expect(sha256(await bytes("cache/webgpu-ebm/data/toys/images.bin"))).toBe(sha256(images));
    expect(requests).toEqual(["/images", "/labels"]);
    expect((await ebm("data", "get", "toys")).code).toBe(0);
    expect(requests).toHaveLength(2);
  });

  test("goes on where the connection was cut, as often as something comes", async () => {
    const { ebm, tree, bytes, requests } = await toys({ "/images": { cutAfter: 6000, cuts: 3 } });
    const { code, err } = await ebm("data", "get", "toys");
    expect(code).toBe(0);
    expect(err).toMatch(/^warning: images.bin: http:.*\/images cannot be reached or was cut off, /);
    expect(requests.slice(0, 4)).toEqual(["/images", "/images from 6000", "/images from 12000", "/images from 18000"]);
    expect(sha256(await bytes("cache/webgpu-ebm/data/toys/images.bin"))).toBe(sha256(images));
    expect(await tree()).toEqual(whole);
  });

  test("goes on at a mirror, which gets what is missing", async () => {
    const { ebm, requests } = await toys({ "/images": { cutAfter: 1000, cuts: 9 } }, ["/images", "/mirror"]);
    expect((await ebm("data", "get", "toys")).code).toBe(0);
    expect(requests.slice(-2)).toEqual(["/mirror from 5000", "/labels"]);
  });

  test("starts again with a server that knows no ranges", async () => {
    const { ebm, requests, bytes } = await toys({ "/images": { cutAfter: 6000, cuts: 1, rangeless: true } });
    expect((await ebm("data", "get", "toys")).code).toBe(0);
    expect(requests).toEqual(["/images", "/images from 6000", "/labels"]);
    expect(sha256(await bytes("cache/webgpu-ebm/data/toys/images.bin"))).toBe(sha256(images));
  });

  test.each([
    ["/missing", "answers 404 Not Found"],
    ["/other", `has another file, of SHA-256 ${sha256(noise(20_000, 3))}, expected ${sha256(images)}`],
    ["/long", "sends more than the 20000 bytes of the file"],
  ])("leaves %s for the next mirror and says that it %s", async (path, problem) => {
    const { ebm, requests, bytes, tree } = await toys({}, [path, "/mirror"]);
    const { code, err } = await ebm("data", "get", "toys");
    expect(code).toBe(0);
    expect(err).toContain(`${path} ${problem}\n`);
    expect(requests).toEqual([path, "/mirror", "/labels"]);
    expect(sha256(await bytes("cache/webgpu-ebm/data/toys/images.bin"))).toBe(sha256(images));
    expect(await tree()).toEqual(whole);
  });

  test("leaves no data set when no place has the file, and says what each did", async () => {
    const { ebm, tree } = await toys({ "/images": { status: 503 } }, ["/images", "/other"]);
    const { code, err } = await ebm("data", "get", "toys");
    expect(code).toBe(4);
    expect(err).toMatch(
      /images.bin: could not be downloaded\n {2}http:.*503 Service Unavailable\n {2}http:.*another file/,
    );
    expect((await tree()).filter((file) => file.startsWith("toys"))).toEqual([]);
  });

  test("says so when a place cannot be reached", async () => {
    const { ebm, set } = await toys();
    Object.assign(set.files[0], { urls: ["http://127.0.0.1:1/images"] });
    const { code, err } = await ebm("data", "get", "toys");
    expect([code, err]).toEqual([4, expect.stringMatching(/127.0.0.1:1\/images: cannot be reached or was cut off, /)]);
  });

  test("throws away what came of another file before, and starts again", async () => {
    const { ebm, set, world, requests, bytes } = await toys();
    const part = join(world.cwd, "cache/webgpu-ebm/data/.downloads", `${set.files[0].sha256}.part`);
    await mkdir(join(part, ".."), { recursive: true });
    await writeFile(part, noise(100, 9));
    expect((await ebm("data", "get", "toys")).code).toBe(0);
    expect(requests).toEqual(["/images from 100", "/images", "/labels"]);
    expect(sha256(await bytes("cache/webgpu-ebm/data/toys/images.bin"))).toBe(sha256(images));
  });

  test("stops at Ctrl-C, keeps what came, and goes on from there the next time", async () => {
    // The first answer stops half-way and waits for ever.
    let answers = 0;
    const hold = () => (answers++ === 0 ? new Promise<void>(() => undefined) : Promise.resolve());
    const { ebm, interrupt, tree, requests, set, world } = await toys({ "/images": { hold } });
    const part = `.downloads/${set.files[0].sha256}.part`;
    const path = join(world.cwd, "cache/webgpu-ebm/data", part);
    const running = ebm("data", "get", "toys");
    const size = () =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      );
    while ((await size()) < 10_000) await new Promise(setImmediate);
    interrupt();
    const { code, out } = await running;
    expect(code).toBe(130);
    expect(out).toMatch(/stopped; ebm data get toys goes on from there\n$/);
    expect(await tree()).toEqual([part]);
    expect((await ebm("data", "get", "toys")).code).toBe(0);
    expect(requests).toEqual(["/images", "/images from 10000", "/labels"]);
    expect(await tree()).toEqual(whole);
  });

  test("says that the disk cannot be written, without blaming a mirror", async () => {
    const { ebm, set, world, requests } = await toys({}, ["/images", "/mirror"]);
    await mkdir(join(world.cwd, "cache/webgpu-ebm/data/.downloads", `${set.files[0].sha256}.part`), {
      recursive: true,
    });
    const { code, err } = await ebm("data", "get", "toys");
    expect(code).toBe(2);
    expect(err).toMatch(/^ebm: .*\.part: cannot be written, illegal operation on a directory\n$/);
    expect(requests).toEqual([]);
    await rm(join(world.cwd, "cache/webgpu-ebm"), { recursive: true });
    await writeFile(join(world.cwd, "cache/webgpu-ebm"), "a file in the way");
    expect((await ebm("data", "get", "toys")).err).toMatch(
      /^ebm: .*\.downloads: cannot be written, not a directory\n$/,
    );
  });

  test("replaces what is damaged, and leaves other files in the folder alone", async () => {
    const { ebm, world, requests, bytes, tree } = await toys();
    const folder = join(world.cwd, "cache/webgpu-ebm/data/toys");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "images.bin"), "damaged");
    await writeFile(join(folder, "labels.bin"), labels);
    await writeFile(join(folder, "mine.txt"), "mine");
    expect((await ebm("data", "get", "toys")).code).toBe(0);
    expect(requests).toEqual(["/images"]);
    expect(sha256(await bytes("cache/webgpu-ebm/data/toys/images.bin"))).toBe(sha256(images));
    expect(await tree()).toEqual([whole[0], whole[1], "toys/mine.txt"]);
  });

  test("downloads into the folder of --data", async () => {
    const { ebm, files } = await toys();
    expect((await ebm("data", "get", "toys", "--data", "mine")).out).toContain("complete, in mine/toys\n");
    expect((await files()).filter((file) => file.startsWith("mine"))).toEqual(whole.map((file) => `mine/${file}`));
  });

  test("answers an unknown name with the nearest one", async () => {
    const { ebm } = await toys();
    expect(await ebm("data", "get", "toy")).toMatchObject({
      code: 2,
      err: 'ebm: no data set "toy"; did you mean "toys"?\n',
    });
  });
});

/** A world whose data set is one archive. */
async function packed(bytes: Uint8Array, archive: RemoteFile["archive"]) {
  const server = await fileServer({ "/archive": bytes });
  const set = setOf([{ ...remote("archive", bytes, [server.url("/archive")]), archive }]);
  return { ...(await testWorld({ dataSets: [set] })), requests: server.requests };
}

describe("archives", () => {
  const members = new Map([
    ["outer/a.bin", labels],
    ["outer/deep/b.bin", images],
  ]);
  const tar = async () => {
    const entries = [...members].map(([name, body]) => ({
      header: { name, size: body.length, type: "file" as const },
      body,
    }));
    return gzipSync(await packTar(entries));
  };

  test.each([
    ["tar.gz", tar],
    ["zip", () => Promise.resolve(zip(members))],
  ] as const)(
    "%s is unpacked without its outer folder, and verified by the list that it leaves",
    async (kind, make) => {
      const { ebm, files, text, world, requests } = await packed(await make(), { kind, strip: 1 });
      expect((await ebm("data", "get", "toys", "--data", "d")).code).toBe(0);
      const found = ["d/toys/SHA256SUMS", "d/toys/a.bin", "d/toys/deep/b.bin"];
      expect((await files()).filter((file) => file.startsWith("d/"))).toEqual(found);
      expect(await text("d/toys/SHA256SUMS")).toBe(`${sha256(labels)}  a.bin\n${sha256(images)}  deep/b.bin\n`);
      expect((await ebm("data", "verify", "toys", "--data", "d")).out).toBe(
        "toys, in d/toys\n  a.bin       right  the original\n  deep/b.bin  right  the original\n",
      );
      expect((await ebm("data", "get", "toys", "--data", "d")).code).toBe(0);
      expect(requests).toEqual(["/archive"]);
      await writeFile(join(world.cwd, "d/toys/deep/b.bin"), "damaged");
      const { code, err } = await ebm("data", "verify", "toys", "--data", "d");
      expect([code, err]).toEqual([4, 'ebm: not what they should be: toys/deep/b.bin; "ebm data get" replaces them\n']);
    },
  );

  test.each(["../out.bin", "/out.bin", "a/../../out.bin"])("a zip member %s is refused", async (name) => {
    const { ebm, files } = await packed(zip(new Map([[name, labels]])), { kind: "zip", strip: 0 });
    const { code, err } = await ebm("data", "get", "toys", "--data", "d");
    expect([code, err]).toEqual([4, expect.stringContaining(`member "${name}" is no name of a file below the folder`)]);
    expect((await files()).filter((file) => file.includes("out.bin") || file.startsWith("d/toys/"))).toEqual([]);
  });
});

describe("ebm data list and verify", () => {
  test("tell what is here, an excerpt, damaged, or missing", async () => {
    const { ebm, world, set } = await toys();
    expect((await ebm("data", "list")).out).toBe("toys  -  0.0 MB to download  toys for tests\n");
    const folder = join(world.cwd, "cache/webgpu-ebm/data/toys");
    await mkdir(folder, { recursive: true });
    const excerpt = noise(10, 5);
    Object.assign(set, { others: [{ name: "images.bin", sha256: sha256(excerpt), about: "the first ten" }] });
    await writeFile(join(folder, "images.bin"), excerpt);
    expect((await ebm("data", "list")).out).toBe("toys  in part  0.0 MB  toys for tests  cache/webgpu-ebm/data/toys\n");
    expect(await ebm("data", "verify")).toMatchObject({
      code: 0,
      out: [
        "toys, in cache/webgpu-ebm/data/toys",
        "  images.bin  not the original  the first ten",
        "  labels.bin  missing\n",
      ].join("\n"),
    });
    await writeFile(join(folder, "labels.bin"), "damaged");
    const { code, out } = await ebm("data", "verify", "toys");
    expect(code).toBe(4);
    expect(out).toContain(`damaged           SHA-256 ${sha256(Buffer.from("damaged"))}, expected ${sha256(labels)}`);
    expect((await ebm("data", "list")).out).toContain("toys  here");
  });

  test("verify of a data set that is not here says where it looked", async () => {
    const { ebm } = await toys();
    const { code, err } = await ebm("data", "verify", "toys", "--data", "d");
    expect([code, err]).toEqual([
      4,
      expect.stringMatching(/^ebm: toys: not here, looked in .*\/d; "ebm data get toys"\n$/),
    ]);
    expect(await ebm("data", "verify", "--data", "d")).toMatchObject({ code: 0, out: "" });
  });
});

describe("ebm data show", () => {
  /** Three images of 1 × 2 pixels, of classes 1, 0 and 1. */
  async function three() {
    const set = { ...setOf([]), name: "mnist", classes: ["zero", "one"] };
    const { ebm, world, bytes } = await testWorld({ dataSets: [set] });
    await mkdir(join(world.cwd, "d/mnist"), { recursive: true });
    const head = [0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2];
    await writeFile(
      join(world.cwd, "d/mnist/t10k-images-idx3-ubyte"),
      Uint8Array.of(...head, 0, 255, 51, 51, 204, 204),
    );
    await writeFile(join(world.cwd, "d/mnist/t10k-labels-idx1-ubyte"), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 1, 0, 1));
    return { ebm, bytes };
  }

  test("writes pictures of every class in turn, and says how many there are and how bright", async () => {
    const { ebm, bytes } = await three();
    const { code, out } = await ebm("data", "show", "mnist", "--part", "test", "--data", "d", "--count", "2");
    expect(code).toBe(0);
    // Pixels 0, 1, 0.2, 0.2, 0.8, 0.8: their mean is 3 / 6, their variance (2 · 0.25 + 4 · 0.09) / 6.
    expect(out).toBe(
      [
        "mnist, test: 3 images, 1 × 1 × 2",
        "  pixels  mean 0.5000  deviation 0.3786",
        "  0  zero  1 image",
        "  1  one   2 images",
        "mnist-test.png",
        "  zero",
        "  one\n",
      ].join("\n"),
    );
    const { width, height, data } = decode(await bytes("mnist-test.png"));
    // One picture per row, two dark pixels apart.
    expect([width, height]).toEqual([6, 8]);
    expect([...data.slice(2 * 6 + 2, 2 * 6 + 4), ...data.slice(5 * 6 + 2, 5 * 6 + 4)]).toEqual([51, 51, 0, 255]);
  });

  test("refuses parts, counts and files that make no sense", async () => {
    const { ebm } = await three();
    const words = ["data", "show", "mnist", "--data", "d"];
    expect((await ebm(...words, "--part", "rest")).err).toBe("ebm: --part rest: expected train or test\n");
    expect((await ebm(...words, "--count", "0")).err).toBe("ebm: --count 0: expected a whole number of at least 1\n");
    const { code, err } = await ebm(...words, "--part", "test", "--out", "no/such/folder.png");
    expect([code, err]).toEqual([2, "ebm: no/such/folder.png: cannot be written, no such file or directory\n"]);
    expect((await ebm(...words)).err).toMatch(/train-images-idx3-ubyte\[.gz\].*or download it with "ebm data get"\n$/);
  });
});

test("every data set of the catalogue has files with mirrors on the web, a size, a checksum and a licence", () => {
  for (const { name, files, others, licence, homepage, about } of catalogue) {
    expect(files.length, name).toBeGreaterThan(0);
    for (const file of files) {
      expect(file.urls.every((url) => /^https?:\/\/[\w.-]+\//.test(url) && url.endsWith(file.name))).toBe(true);
      expect(file.bytes).toBeGreaterThan(0);
    }
    for (const file of [...files, ...others]) expect(file.sha256, file.name).toMatch(/^[0-9a-f]{64}$/);
    expect([licence, homepage, about].every((text) => text.length > 10)).toBe(true);
  }
  expect(new Set(catalogue.map(({ name }) => name)).size).toBe(catalogue.length);
});

test("transferLine shows megabytes, pace and time left", () => {
  expect(transferLine("a.gz", 4_100_000, 9_900_000, 1_160_000)).toBe("a.gz  4.1/9.9 MB  1.2 MB/s  0:05 left");
  expect(transferLine("a.gz", 0, 9_900_000, null)).toBe("a.gz  0.0/9.9 MB");
  expect(transferLine("a.gz", 9_900_000, 9_900_000, 2_000_000)).toBe("a.gz  9.9/9.9 MB  2.0 MB/s");
});

test("transferProgress writes a line every five seconds on a pipe, and one at the end of each file", () => {
  let time = 0;
  const lines: string[] = [];
  const progress = transferProgress({ write: (line) => lines.push(line) }, () => time);
  for (const [at, done] of [
    [0, 0],
    [1, 100_000],
    [6, 600_000],
    [7, 700_000],
    [8, 1_000_000],
  ]) {
    time = at;
    progress.show("a.gz", done, 1_000_000);
  }
  progress.end();
  expect(lines.map((line) => line.trim().split("  ")[1])).toEqual(["0.0/1.0 MB", "0.6/1.0 MB", "1.0/1.0 MB"]);
});
