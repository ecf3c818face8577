// ebm gradcheck: what it says of ops that are right, of one broken on purpose, and of words it does not know.
import { afterEach, describe, expect, test } from "vitest";
import { gradcheck } from "../../cli/commands/gradcheck.ts";
import type { Row } from "../../engine/check/rows.ts";
import { rows } from "../../engine/check/rows.ts";
import { exp, formsOn, matmul, stopGradient, type Tensor } from "../../engine/index.ts";
import { device } from "../engine/opened.ts";
import { testWorld } from "./world.ts";

afterEach(() => void (device.target.choices = new Map()));

const options = { seed: "3", runs: "2" };

/** What a command prints that is called directly, so that it can be given other rows. */
async function printed(names: string[], table: Record<string, Row>): Promise<{ out: string; error: unknown }> {
  let out = "";
  const { world } = await testWorld({ stdout: { write: (text) => (out += text) } });
  const error = await gradcheck(world, names, options, table).catch((reason: unknown) => reason);
  return { out, error };
}

describe("ebm gradcheck OP", () => {
  test("prints a line for every way to call the op, and a summary", async () => {
    const { ebm } = await testWorld();
    const { code, out, err } = await ebm("gradcheck", "sum", "leakyRelu", "--runs", "2");
    expect({ code, err }).toEqual({ code: 0, err: "" });
    const lines = out.trimEnd().split("\n");
    expect(lines[0]).toBe("on test adapter (software, null)");
    expect(lines.at(-1)).toBe("all 3 agree, on 2 draws each");
    for (const line of lines.slice(1, -1))
      expect(line).toMatch(/^(sum|leakyRelu.*?) +gradients \d\.\de-\d+ {2}device 0\.\d{3} of its bound {2,}ok$/);
  });

  test("checks random programs under the name programs", async () => {
    const { ebm } = await testWorld();
    const { code, out } = await ebm("gradcheck", "programs", "--seed", "7", "--runs", "3");
    expect(code).toBe(0);
    expect(out).toContain("all 1 agree, on 3 draws each");
  });

  test("takes another form of a kernel where it is told to", async () => {
    const { ebm } = await testWorld();
    const { code, out } = await ebm("gradcheck", "matmul of aᵀ", "--form", "matmul.narrow");
    expect(code).toBe(0);
    expect(out).toContain("on test adapter (software, null), with matmul.narrow\n");
  });

  test.each([
    ["a typing mistake", ["matmull"], 'gradcheck: no op "matmull"; did you mean "matmul"?'],
    ["a word that is like none", ["zzz"], 'gradcheck: no op "zzz"; ebm gradcheck without a name checks every op'],
    ["an op without a gradient", ["less"], "gradcheck: less has no gradient"],
    ["no runs", ["exp", "--runs", "0"], "--runs 0: expected an integer of at least 1"],
    [
      "a form of no kernel",
      ["matmul", "--form", "wide"],
      `--form wide: no form of a kernel on this adapter (one of ${formsOn(device.target).join(", ")})`,
    ],
    ["a seed that is no number", ["exp", "--seed", "x"], "--seed x: expected an integer of at least 0"],
  ])("refuses %s with code 2", async (_what, words, message) => {
    const { ebm } = await testWorld();
    expect(await ebm("gradcheck", ...words)).toEqual({ code: 2, out: "", err: `ebm: ${message}\n` });
  });
});

describe("an op broken on purpose fails, with the command that repeats it", () => {
  test("a wrong gradient, which the reference shows", async () => {
    // Its slope is that of x² alone.
    const call = (x: Tensor) => x.square().add(stopGradient(exp(x)));
    const { out, error } = await printed(["exp"], { exp: { ...rows.exp, call } });
    expect(out).toMatch(
      /^exp {2}gradients \d\.\de[+-]\d+ {2}device \S+ of its bound +FAIL\n {2}the reference differs from finite differences by \d\.\de[+-]\d+ of the derivative\n {2}again: ebm gradcheck exp --seed 3 --runs 1\n$/m,
    );
    expect(error).toMatchObject({ ending: "fault", message: "gradcheck: 1 of 1 fail on this adapter" });
  });

  test("a wrong value, which the device shows and the others do not hide", async () => {
    // A draw calls it for the derivatives, for the reference, eagerly and compiled: wrong from the eager call of the second.
    let calls = 0;
    const call = (a: Tensor, b: Tensor) => matmul(a, b).add(++calls > 6 ? 1 : 0);
    const { out, error } = await printed([], { "matmul of some": { ...rows.matmul, call }, sum: rows.sum });
    expect(out).toMatch(/^matmul of some {2}.* device beyond its bound {4}FAIL\n {2}\w+: result 0 is /m);
    expect(out).toContain('again: ebm gradcheck "matmul of some" --seed 4 --runs 1');
    expect(out).toMatch(/^sum .*ok$/m);
    expect(error).toMatchObject({ message: "gradcheck: 1 of 3 fail on this adapter" });
  });
});
