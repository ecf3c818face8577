// ebm tune: what it prints, keeps and forgets, and what later commands take of it. Kernels are not measured: their times are made up.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { packageVersion } from "#host";
import { tunedFile, tunedFor } from "../../cli/tuned.ts";
import { recipes, systems } from "../../ebm/index.ts";
import { Plan } from "../../engine/compile/plan.ts";
import type { Command, Dispatch } from "../../engine/compile/schedule.ts";
import { device } from "../engine/opened.ts";
import { testWorld } from "./world.ts";

/** Every dispatch of a plan; the plain form of a product takes 1 µs, others 10 µs. */
const rowsOf = (commands: readonly Command[]): Dispatch[] =>
  commands.flatMap((command) =>
    command.kind === "loop" ? rowsOf(command.body) : command.kind === "dispatch" ? [command] : [],
  );

beforeEach(() => {
  vi.spyOn(Plan.prototype, "profile").mockImplementation(function (this: Plan) {
    const rows = rowsOf(this.schedule.commands).map(({ choice, label }, dispatch) => ({
      ...{ dispatch, label, choice, shader: "", times: 1, compilation: 2, share: 0, "GFLOP/s": 0, "GB/s": 0 },
      microseconds: choice?.form === "matmul" ? 1 : 10,
    }));
    return Promise.resolve({ rows, microseconds: 0, run: 0, clock: "none" });
  });
});

afterEach(() => {
  vi.restoreAllMocks();
  device.target.choices = new Map();
});

const recipe = "anatomy/gmm-convergent-tiny";
const adapter = { name: "test adapter", driver: "none" };

async function tuned(...words: string[]) {
  const { world, ebm } = await testWorld({ recipes, systems });
  return { world, ebm, path: tunedFile(world.env), first: await ebm("tune", ...words) };
}

describe("ebm tune RECIPE", () => {
  test("prints every form, takes the fastest, and keeps it for the adapter and this version; ebm doctor says so", async () => {
    const { ebm, first, path, world } = await tuned(recipe, "--steps", "100000");
    expect(first.code).toBe(0);
    expect(first.err).toContain("measuring matmul\n");
    expect(first.out).toMatch(
      /^on test adapter \(software, null\), for 100000 updates of anatomy\/gmm-convergent-tiny$/m,
    );
    expect(first.out).toMatch(/^matmul 1 × 128 × 64 × 64 +matmul\S* +\d+ ms +\d+ µs +standard$/m);
    expect(first.out).toMatch(/^ +matmul +\d+ ms +\d+(\.\d+)? µs +taken$/m);
    expect(first.out).toMatch(/^these kernels take \S+ µs of an update, \S+ µs in their standard forms$/m);
    expect(first.out).toContain(`kept in ${path}\n`);
    const kept = JSON.parse(await readFile(path, "utf8")) as Record<string, { version: string; choices: object }>;
    expect(Object.keys(kept)).toEqual(["test adapter, none"]);
    expect(kept["test adapter, none"].version).toBe(packageVersion());
    expect(new Set(Object.values(kept["test adapter, none"].choices))).toEqual(new Set(["matmul"]));
    expect(await tunedFor(world, adapter)).toEqual(device.target.choices);
    expect((await ebm("doctor")).out).toMatch(/^kernels {3}\d+ kinds in forms measured here \(ebm tune\)$/m);
  });

  test("is forgotten with --forget, and the choices for other adapters stay", async () => {
    const { ebm, path, world } = await tuned(recipe);
    const kept = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
    await writeFile(path, JSON.stringify({ ...kept, other: kept["test adapter, none"] }));
    expect(await ebm("tune", "--forget")).toEqual({
      code: 0,
      err: "",
      out: `${path}: nothing about test adapter any more\n`,
    });
    expect((await tunedFor(world, adapter)).size).toBe(0);
    expect((await tunedFor(world, { name: "other", driver: "" })).size).toBeGreaterThan(0);
  });

  test.each([[[]], [[recipe, "--forget"]]])("refuses %j with code 2", async (words) => {
    const { first } = await tuned(...words);
    expect(first).toEqual({ code: 2, out: "", err: "ebm: tune: takes a recipe, or --forget\n" });
  });
});

describe("what is kept", () => {
  /** The choices, and what is told, where the file says this. */
  async function taken(text: string, env: Record<string, string> = {}) {
    let err = "";
    const { world: plain } = await testWorld({ stderr: { write: (words) => (err += words) } });
    const world = { ...plain, env: { ...plain.env, ...env } };
    await mkdir(dirname(tunedFile(world.env)), { recursive: true });
    await writeFile(tunedFile(world.env), text);
    return { choices: [...(await tunedFor(world, adapter))], err };
  }

  const file = (version: string) =>
    JSON.stringify({ "test adapter, none": { version, choices: { "matmul 1": "matmul" } } });

  test("is taken on its adapter, by its version", async () => {
    expect(await taken(file(packageVersion()))).toEqual({ choices: [["matmul 1", "matmul"]], err: "" });
    expect(await taken(file("0.0.0"))).toEqual({ choices: [], err: "" });
  });

  test("is not taken with EBM_TUNED=off, which takes no other word", async () => {
    expect((await taken(file(packageVersion()), { EBM_TUNED: "off" })).choices).toEqual([]);
    await expect(taken(file(packageVersion()), { EBM_TUNED: "no" })).rejects.toThrow(
      'EBM_TUNED: whether measured forms of kernels are taken, got "no" (on or off)',
    );
  });

  test.each([
    ["no JSON", "{", /forms\.json: not taken, .*JSON.*; kernels take their standard forms/s],
    [
      "other JSON",
      '{"test adapter, none": 3}',
      /forms\.json: not taken, .*expected object.*; kernels take their standard forms/s,
    ],
  ])("is told and left alone where it is %s", async (_what, text, words) => {
    const { choices, err } = await taken(text);
    expect(choices).toEqual([]);
    expect(err).toMatch(words);
  });
});
