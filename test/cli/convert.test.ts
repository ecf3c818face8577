// ebm convert: from every format to every other, and what it says.
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readArrays, readContents, writeArrays } from "../../cli/files/arrays.ts";
import type { NamedArrays } from "../../engine/hostArray.ts";
import { encode } from "../../nn/formats/safetensors.ts";
import { testWorld, type TestWorld } from "./world.ts";

const arrays: NamedArrays = {
  "0.weight": { dtype: "f32", shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 4) },
  mask: { dtype: "bool", shape: [3], data: Uint32Array.of(1, 0, 1) },
  step: { dtype: "u32", shape: [], data: Uint32Array.of(40) },
};

async function worldWith(...fixtures: string[]): Promise<TestWorld> {
  const world = await testWorld();
  for (const name of fixtures) await copyFile(join("test/fixtures/torch", name), join(world.world.cwd, name));
  await writeFile(join(world.world.cwd, "a.safetensors"), encode(arrays, { note: "hello" }));
  return world;
}

test("arrays go through .npz and back unchanged", async () => {
  const { ebm, world, bytes } = await worldWith();
  expect(await ebm("convert", "a.safetensors", "a.npz")).toEqual({
    code: 0,
    out: "0.weight  f32   [2, 2]\nmask      bool  [3]\nstep      u32   []\nnote = hello\na.npz\n",
    err: "warning: .npz holds arrays only, left out: note\n",
  });
  await ebm("convert", "a.npz", "b.safetensors");
  expect(await readArrays(join(world.cwd, "b.safetensors"))).toEqual(arrays);
  expect(await bytes("b.safetensors")).toEqual(encode(arrays));
});

test("a state dict of PyTorch becomes safetensors, with its numbers and words", async () => {
  const { ebm, world } = await worldWith("checkpoint.pth");
  const { code, out, err } = await ebm("convert", "checkpoint.pth", "checkpoint.safetensors");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("optimizer.state.0.exp_avg     f32  [3, 2]\n");
  expect(out).toContain("optimizer.param_groups.0.lr = 0.5\n");
  expect(await readContents(join(world.cwd, "checkpoint.safetensors"))).toEqual(
    await readContents(join(world.cwd, "checkpoint.pth")),
  );
});

test("an array without a name takes that of its file", async () => {
  const { ebm, world } = await worldWith("parameter.pth");
  expect((await ebm("convert", "parameter.pth", "p.npy")).out).toBe("parameter  f32  [2, 2]\np.npy\n");
  expect(await readArrays(join(world.cwd, "p.npy"))).toEqual({
    p: { dtype: "f32", shape: [2, 2], data: Float32Array.of(0, 1, 2, 3) },
  });
});

test("--list writes nothing, for the format before PyTorch 1.6 too", async () => {
  const { ebm, files } = await worldWith("net-legacy.pth");
  const { code, out } = await ebm("convert", "net-legacy.pth", "--list");
  expect(code).toBe(0);
  expect(out.split("\n")[0]).toBe("conv.weight               f32  [2, 1, 2, 2]");
  expect(await files()).toEqual(["a.safetensors", "net-legacy.pth"]);
});

test("a listing shows odd names quoted and long texts cut, saying how long they are", async () => {
  const { ebm, world } = await worldWith();
  const metadata = { "\u001b[2J": "x".repeat(101) };
  await writeArrays(join(world.cwd, "odd.safetensors"), { "a\nb": arrays.step }, metadata);
  expect((await ebm("convert", "odd.safetensors", "--list")).out).toBe(
    `"a\\nb"  u32  []\n"\\u001b[2J" = ${"x".repeat(100)}… (101 characters)\n`,
  );
});

test("an archive that unpacks to more than the limit is refused before it is unpacked", async () => {
  const { world } = await worldWith();
  const path = join(world.cwd, "zeros.npz");
  await writeArrays(path, { zeros: { dtype: "f32", shape: [1000], data: new Float32Array(1000) } });
  await expect(readArrays(path, { limit: 4000 })).rejects.toThrow(
    `${path}: zip: its entries take 4128 bytes, over the limit of 4000`,
  );
});

describe("ebm convert ends in one line and writes nothing for", () => {
  test.each<[string, string[], number, string]>([
    ["a missing file", ["b.npy", "c.npy"], 2, "b.npy: cannot be read, no such file or directory"],
    ["a missing OUT", ["a.safetensors"], 2, "convert: OUT is missing; --list only lists"],
    ["an OUT beside --list", ["a.safetensors", "b.npz", "--list"], 2, "convert: --list writes no file, leave OUT away"],
    ["an OUT that exists", ["a.safetensors", "a.safetensors"], 2, "a.safetensors: exists already"],
    [
      "an OUT of another format",
      ["a.safetensors", "b.pth"],
      2,
      "b.pth: expected a name that ends in .safetensors, .npy, .npz",
    ],
    [
      "several arrays for .npy",
      ["a.safetensors", "b.npy"],
      2,
      "a .npy file holds one array, got 3; .npz holds any number",
    ],
    ["an OUT in no folder", ["a.safetensors", "no/b.npz"], 2, "no/b.npz: cannot be written, no such file or directory"],
    [
      "text",
      ["text.pt", "--list"],
      4,
      "text.pt: neither safetensors, npy, npz nor PyTorch's pth, it begins with 68 69",
    ],
    [
      "a pickle that would run something",
      ["system.pth", "--list"],
      4,
      'system.pth: pickle: global "posix.system" is not',
    ],
  ])("%s", async (_what, words, code, message) => {
    const { ebm, files, world } = await worldWith("system.pth");
    await writeFile(join(world.cwd, "text.pt"), "hi");
    const { err, ...result } = await ebm("convert", ...words);
    expect(result.code).toBe(code);
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(await files()).toEqual(["a.safetensors", "system.pth", "text.pt"]);
  });
});
