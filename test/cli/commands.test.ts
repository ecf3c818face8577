// The commands other than train, and the words around them all.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decode as decodePng } from "fast-png";
import { describe, expect, test } from "vitest";
import { serve } from "../../cli/commands/demo.ts";
import { NoAdapterError } from "../../engine/errors.ts";
import { decode } from "../../nn/formats/safetensors.ts";
import { testWorld, type TestWorld } from "./world.ts";

async function trained(): Promise<TestWorld> {
  const world = await testWorld();
  await world.ebm("train", "toy/gmm", "--run-dir", "a");
  return world;
}

describe("ebm sample", () => {
  test("puts a picture for each kind of sample into the run, and never over another", async () => {
    const { ebm, files } = await trained();
    const first = await ebm("sample", "a", "--count", "16");
    expect(first).toEqual({
      ...{ code: 0, err: "" },
      out: "a/samples/step-000006-sample-1-shortrun.png\na/samples/step-000006-sample-1-landscape.png\n",
    });
    expect((await ebm("sample", "a")).out).toContain("sample-2-shortrun.png");
    expect((await files()).filter((file) => file.includes("-sample-"))).toHaveLength(4);
  });

  test("writes as many samples as were asked for", async () => {
    const { ebm, bytes } = await trained();
    await ebm("sample", "a", "--count", "25", "--out", "grid.png");
    expect(decodePng(await bytes("grid-shortrun.png"))).toMatchObject({ width: 5 * 6 + 2, height: 5 * 6 + 2 });
  });

  test("writes the numbers with --out FILE.safetensors", async () => {
    const { ebm, bytes } = await trained();
    await ebm("sample", "a", "--count", "3", "--out", "samples.safetensors");
    expect(decode(await bytes("samples.safetensors")).arrays.shortrun).toMatchObject({
      dtype: "f32",
      shape: [3, 1, 4, 4],
    });
  });

  test("writes what the chains went through with --record, as a table and as a page, by the sampler asked for", async () => {
    const { ebm, text } = await trained();
    const { out } = await ebm("sample", "a", "--out", "x.png", "--record", "--steps", "3", "--step-size", "0.25");
    expect(out).toBe("x-shortrun.png\nx-landscape.png\nx-chains.csv\nx-chains.html\n");
    expect(await text("x-chains.csv")).toBe(
      "step,energy,slope_norm,acceptance\n1,0,0.25,0.5\n2,-1,0.25,NaN\n3,-2,0.25,0.5\n",
    );
    const page = await text("x-chains.html");
    for (const words of ["64 chains of 3 steps", "Energy", "Slope", "Acceptance", "step →"])
      expect(page).toContain(words);
  });

  test("interpolates with --interpolate, between 8 pairs or as many as --count says, by chains without noise", async () => {
    const { ebm, bytes } = await trained();
    const { out } = await ebm("sample", "a", "--interpolate", "5", "--out", "strips.png");
    expect(out).toBe("strips.png\n");
    // 5 images of 4 × 4 in a row, 8 rows, two pixels around each.
    expect(decodePng(await bytes("strips.png"))).toMatchObject({ width: 5 * 6 + 2, height: 8 * 6 + 2 });
    const words = ["--interpolate", "3", "--count", "2", "--steps", "7", "--seed", "9"];
    await ebm("sample", "a", ...words, "--out", "x.safetensors");
    const { interpolation } = decode(await bytes("x.safetensors")).arrays;
    expect(interpolation.shape).toEqual([6, 1, 4, 4]);
    expect([...interpolation.data.slice(0, 5)]).toEqual([0, 2, 3, 7, 9]);
  });

  test("reconstructs with --reconstruct, by chains without noise, and says ten times how near it is", async () => {
    const { ebm, bytes } = await trained();
    const words = ["--reconstruct", "3", "--iterations", "20", "--rate", "0.5"];
    const { out } = await ebm("sample", "a", ...words, "--out", "x.safetensors");
    const lines = out.split("\n");
    expect(lines.length).toBe(13);
    expect(lines[1]).toBe("iteration 3 of 20, mean squared error per pixel 0.333");
    expect(lines.slice(10)).toEqual(["done, mean squared error per pixel 0.0400", "x.safetensors", ""]);
    const { reconstruction } = decode(await bytes("x.safetensors")).arrays;
    expect(reconstruction.shape).toEqual([6, 1, 4, 4]);
    expect([...reconstruction.data.slice(0, 3)]).toEqual([0, 20, 0.5]);
  });

  const refused: [string, string[], number, string][] = [
    [
      "to interpolate and to reconstruct at once",
      ["a", "--interpolate", "3", "--reconstruct", "3"],
      2,
      "--interpolate and --reconstruct: give one of them",
    ],
    ["one point between starts", ["a", "--interpolate", "1"], 2, "--interpolate 1: expected an integer of at least 2"],
    ["a rate of 0", ["a", "--reconstruct", "3", "--rate", "0"], 2, "--rate 0: expected a number above 0"],
    ["a rate of nothing", ["a", "--rate", "1"], 2, "--iterations and --rate: are of --reconstruct, which is not given"],
    [
      "noise in chains without",
      ["a", "--reconstruct", "3", "--noise", "1"],
      2,
      "--noise 1: --reconstruct takes chains without noise",
    ],
    [
      "to record strips",
      ["a", "--interpolate", "3", "--record"],
      2,
      "--record: is of plain samples, not of --interpolate",
    ],
    ["starts that the system does not have", ["a", "--start", "data"], 2, '--start data: no option "start.kind"'],
    ["two counts", ["a", "--reconstruct", "3", "--count", "4"], 2, "--count 4: --reconstruct says itself how many"],
    ["a step size of 0", ["a", "--step-size", "0"], 2, '--step-size 0: "sampler.stepSize" is a number above 0, got 0'],
    [
      "a sampler that the system does not have",
      ["a", "--sampler", "mala"],
      2,
      '--sampler mala: no option "sampler.kind"',
    ],
    [
      "a temperature besides noise",
      ["a", "--noise", "1", "--temperature", "1"],
      2,
      "--noise and --temperature: either",
    ],
    ["a run that is missing", ["b"], 2, "b: no such run folder"],
    ["no count at all", ["a", "--count", "0"], 2, "--count 0: expected an integer of at least 1"],
    ["a count that is no number", ["a", "--count", "many"], 2, "--count many: expected an integer of at least 1"],
    [
      "a file of another kind",
      ["a", "--out", "x.jpg"],
      2,
      "--out x.jpg: expected a name that ends in .png or .safetensors",
    ],
    ["a file that exists", ["a", "--out", "there.png"], 2, "--out there.png: exists already"],
    ["more than the system can", ["a", "--count", "2000"], 2, "sample: 2000 samples from 1000 chains"],
    ["a folder that is missing", ["a", "--out", "no/x.png"], 2, "--out no/x.png: there is no folder"],
  ];
  test.each(refused)("refuses %s", async (_what, words, code, message) => {
    const { ebm, world } = await trained();
    await writeFile(join(world.cwd, "there.png"), "mine");
    const { err, ...result } = await ebm("sample", ...words);
    expect(result).toEqual({ code, out: "" });
    expect(err).toContain(message);
  });

  test("refuses a run without a checkpoint", async () => {
    const world = await testWorld();
    world.afterUpdate = () => {
      throw new Error("power cut");
    };
    await world.ebm("train", "toy/gmm", "--run-dir", "a");
    expect(await world.ebm("sample", "a")).toMatchObject({
      code: 4,
      err: "ebm: a: no checkpoint yet; go on with ebm train --resume a\n",
    });
  });
});

describe("ebm recipes", () => {
  test("lists every recipe in a line", async () => {
    const { ebm } = await testWorld();
    expect((await ebm("recipes")).out).toBe("toy/gmm    a toy\ntoy/rings  a toy\ntoy/mnist  a toy\n");
  });

  test("shows the settings of one, with their meaning and legal values", async () => {
    const { ebm } = await testWorld();
    const { out } = await ebm("recipes", "toy/gmm");
    expect(out).toContain("sampler.stepSize  0.5        step size (a number above 0)\n");
  });

  test("suggests a name for an unknown one", async () => {
    const { ebm } = await testWorld();
    expect(await ebm("recipes", "toy/ring")).toMatchObject({
      code: 2,
      err: 'ebm: no recipe "toy/ring"; did you mean "toy/rings"?\n',
    });
  });
});

describe("ebm doctor", () => {
  test("says which adapter it found, that it is software, and its limits", async () => {
    const { ebm } = await testWorld();
    const { code, out } = await ebm("doctor");
    expect(code).toBe(0);
    expect(out).toMatch(/^adapter {3}test adapter \(software, null\)$/m);
    expect(out).toMatch(/^limit {5}maxBufferSize 256 MiB$/m);
    expect(out).toMatch(/^random {4}normal c0ffee, as in the reference$/m);
    expect(out).toMatch(/^ready: no GPU/m);
  });

  test("ends with code 1 where the random streams are not those of the reference", async () => {
    const digests = [{ name: "normal", device: "bad", reference: "c0ffee" }];
    const { ebm } = await testWorld({ streamDigests: () => Promise.resolve(digests) });
    const { code, out, err } = await ebm("doctor");
    expect(code).toBe(1);
    expect(out).toContain("random    normal bad, but c0ffee in the reference");
    expect(err).toContain("random streams differ (normal)");
  });

  test("ends with the reason and code 3 where there is no adapter", async () => {
    const { ebm } = await testWorld({
      openDevice: () => Promise.reject(new NoAdapterError("no WebGPU adapter; install one")),
    });
    expect(await ebm("doctor")).toMatchObject({ code: 3, err: "ebm: no WebGPU adapter; install one\n" });
  });
});

describe("ebm report", () => {
  test("rebuilds the page of a run whose process was killed", async () => {
    const world = await testWorld();
    world.afterUpdate = (step) => {
      if (step === 5) throw new Error("power cut");
    };
    await world.ebm("train", "toy/gmm", "--run-dir", "a");
    expect(await world.ebm("report", "a")).toEqual({ code: 0, err: "", out: "a/report.html\n" });
    expect(await world.text("a/report.html")).toContain("The run has done 4 of 6 updates.");
  });
});

describe("ebm demo", () => {
  test("serves the files of the app and nothing beside it", async () => {
    const { world } = await testWorld();
    await mkdir(join(world.cwd, "web"));
    await writeFile(join(world.cwd, "web/index.html"), "<title>app</title>");
    await writeFile(join(world.cwd, "secret"), "mine");
    const server = await serve(join(world.cwd, "web"), 0);
    const { port } = server.address() as { port: number };
    const get = (path: string): Promise<Response> => fetch(`http://localhost:${port}${path}`);
    try {
      const page = await get("/");
      expect(await page.text()).toBe("<title>app</title>");
      expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
      for (const path of ["/nothing", "/..%2fsecret", "/%2e%2e/secret", "/%"])
        expect((await get(path)).status).toBe(404);
    } finally {
      server.close();
    }
  });

  test("hands out the data sets that it finds, and no content for those it does not", async () => {
    const { world } = await testWorld();
    await mkdir(join(world.cwd, "web"));
    await writeFile(join(world.cwd, "web/index.html"), "<title>app</title>");
    const there = new Map([["mnist/t10k-labels-idx1-ubyte", Uint8Array.of(0, 0, 8, 1)]]);
    const server = await serve(join(world.cwd, "web"), 0, (path) => Promise.resolve(there.get(path) ?? null));
    const { port } = server.address() as { port: number };
    const get = (path: string): Promise<Response> => fetch(`http://localhost:${port}/data/${path}`);
    try {
      const labels = await get("mnist/t10k-labels-idx1-ubyte");
      expect([...new Uint8Array(await labels.arrayBuffer())]).toEqual([0, 0, 8, 1]);
      expect((await get("mnist/t10k-images-idx3-ubyte")).status).toBe(204);
      for (const path of ["secret", "mnist/..", "mnist/.secret"]) expect((await get(path)).status).toBe(404);
    } finally {
      server.close();
    }
  });

  test("says what to do when the app is not built, and what a port is", async () => {
    const { ebm } = await testWorld();
    expect((await ebm("demo")).err).toContain("index.html is missing; run npm run build");
    expect(await ebm("demo", "--port", "high")).toMatchObject({
      code: 2,
      err: "ebm: --port high: expected an integer from 0 to 65535\n",
    });
  });
});

describe("ebm", () => {
  test("shows its commands with --help and its version with --version", async () => {
    const { ebm } = await testWorld();
    expect((await ebm("--help")).out).toContain("train [options] [recipe]");
    expect(await ebm("--version")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) as string,
    });
  });

  test("suggests a command", async () => {
    const { ebm } = await testWorld();
    expect(await ebm("trian")).toMatchObject({ code: 2, err: "ebm: unknown command 'trian'\n(Did you mean train?)\n" });
  });

  test("shows the stack and the cause of an error with --debug only", async () => {
    const { ebm } = await testWorld();
    expect((await ebm("train", "nothing")).err).not.toContain("    at ");
    expect((await ebm("train", "nothing", "--debug")).err).toContain("    at ");
  });
});
