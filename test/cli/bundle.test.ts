/** Runs as one file: there and back, and what is refused. */

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packTar } from "modern-tar";
import { describe, expect, test } from "vitest";
import { unbundle } from "../../cli/run/bundle.ts";
import { testWorld, type TestWorld } from "./world.ts";

async function trained(): Promise<TestWorld> {
  const world = await testWorld();
  await world.ebm("train", "toy/gmm", "--run-dir", "a");
  return world;
}

describe("ebm export and ebm import", () => {
  test("give a run back byte for byte, which goes on as the first one does", async () => {
    const { ebm, files, bytes, world } = await trained();
    await mkdir(join(world.cwd, "a/eval"));
    await writeFile(join(world.cwd, "a/eval/step-000006-samples-1-fresh.png"), "a picture of an evaluation");
    expect((await ebm("export", "a")).out).toBe("a.tar, 0.1 MiB: drop it into the app, or ebm import it elsewhere\n");
    expect((await ebm("import", "a.tar")).out).toBe("runs/a; continue with: ebm train --resume runs/a\n");
    const before = (await files()).filter((file) => file.startsWith("a/"));
    expect(before).toContain("a/checkpoints/step-000006.safetensors");
    expect(before).toContain("a/eval/step-000006-samples-1-fresh.png");
    for (const file of before) expect(await bytes(`runs/${file}`), file).toEqual(await bytes(file));

    for (const run of ["a", "runs/a"]) await ebm("train", "--resume", run, "--steps", "9");
    const last = "checkpoints/step-000009.safetensors";
    expect(await bytes(`runs/a/${last}`)).toEqual(await bytes(`a/${last}`));
  });

  test("write the same bytes for the same run, and over nothing", async () => {
    const { ebm, bytes } = await trained();
    await ebm("export", "a");
    await ebm("export", "a", "--out", "b.tar");
    expect(await bytes("b.tar")).toEqual(await bytes("a.tar"));
    expect(await ebm("export", "a")).toMatchObject({
      code: 2,
      err: "ebm: --out a.tar: exists already; choose another\n",
    });
    await ebm("import", "a.tar");
    expect((await ebm("import", "a.tar")).out).toContain("runs/a-2");
    expect((await ebm("import", "a.tar", "--run-dir", "a")).code).toBe(2);
  });

  test("refuse what is no run", async () => {
    const { ebm, world, files } = await testWorld();
    expect((await ebm("import", "none.tar")).err).toContain("none.tar: cannot be read, no such file or directory");
    await writeFile(
      join(world.cwd, "config.tar"),
      await archive({ "a/config.json": "{}", "a/environment.json": "{}" }),
    );
    expect((await ebm("import", "config.tar")).code).toBe(2);
    await writeFile(join(world.cwd, "half.tar"), await archive({ "a/config.json": "{}" }));
    expect((await ebm("import", "half.tar")).err).toContain("a: not a run folder, it has no environment.json");
    expect(await files()).toEqual(["config.tar", "half.tar"]);
  });
});

const archive = (files: Readonly<Record<string, string>>): Promise<Uint8Array> =>
  packTar(Object.entries(files).map(([name, body]) => ({ header: { name, size: body.length }, body })));

describe("unbundle", () => {
  test("takes the run wherever it lies in the archive, and leaves out the lock and drafts", async () => {
    const found = { "x/r/config.json": "1", "x/r/lock": "2", "x/r/samples/a.png": "3", "x/r/b.draft": "4", "x/y": "5" };
    const { name, files } = await unbundle(await archive(found), "x.tar");
    expect(name).toBe("r");
    expect([...files.keys()]).toEqual(["config.json", "samples/a.png"]);
  });

  test.each([
    ["has no config.json", { "a/metrics.jsonl": "" }, "x.tar: no run, there is no config.json in it"],
    ["leads out of the folder", { "config.json": "", "../b": "" }, 'x.tar: a run has no file "../b"'],
    ["lies too deep", { "config.json": "", "a/b/c": "" }, 'x.tar: a run has no file "a/b/c"'],
  ])("refuses what %s", async (_what, files, message) => {
    await expect(unbundle(await archive(files), "x.tar")).rejects.toThrow(message);
  });

  test("refuses what is no archive", async () => {
    await expect(unbundle(new Uint8Array(700).fill(7), "x.tar")).rejects.toThrow("x.tar: no");
  });
});
