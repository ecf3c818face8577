// ebm explain: every recipe as it is, and what the words, numbers and options of one of them say.
import { afterEach, describe, expect, test, vi } from "vitest";
import { recipes, systems } from "../../ebm/index.ts";
import { Plan } from "../../engine/compile/plan.ts";
import "../engine/opened.ts";
import { testWorld } from "./world.ts";

afterEach(() => void vi.restoreAllMocks());

const real = () => testWorld({ recipes, systems });

test("ebm explain says how activations are kept, and what the other way would plan, on any adapter", async () => {
  const { ebm } = await real();
  const planned = async (storage: string) => {
    const { code, out } = await ebm(
      ...["explain", "shortrun/mnist", "--no-calibration", "--set", `engine.storage=${storage}`],
    );
    expect(code).toBe(0);
    const [, own] = /^ +(\S+ \S+) of it planned/m.exec(out)!;
    const [, kept, other, otherwise] =
      /^ +activations kept in (f\d+); with engine\.storage=(f\d+) (\S+ \S+) would be planned$/m.exec(out)!;
    expect([kept, other]).toEqual([storage, storage === "f16" ? "f32" : "f16"]);
    return [own, otherwise];
  };
  const [wide, narrow] = await planned("f32");
  expect(await planned("f16")).toEqual([narrow, wide]);
  expect(Number.parseFloat(narrow)).toBeLessThan(Number.parseFloat(wide));
});

test("ebm explain says what is learned from, and where that lies", async () => {
  const { ebm } = await real();
  const words = ["--no-calibration", "--set", "data.flip=true", "--set", "data.crop=2"];
  const { out } = await ebm("explain", "shortrun/mnist-tiny", ...words);
  expect(out).toMatch(/^memory\n {2}data +60000 images as bytes on the GPU, 44\.9 MiB$/m);
  expect(out).toMatch(/^ {2}x⁺ +16 items of mnist, mirrored at random, moved by up to 2 pixels \+ 0\.03 · N\(0, I\)$/m);
});

describe("ebm explain anatomy/gmm-convergent-tiny", () => {
  const explained = async (...words: string[]) =>
    (await real()).ebm("explain", "anatomy/gmm-convergent-tiny", ...words);

  test("says what is minimised, the chains, the sign and the temperature of the settings", async () => {
    const { out } = await explained(
      ...[
        "--no-calibration",
        "--set",
        "sampler.steps=7",
        "--set",
        "sampler.stepSize=0.5",
        "--set",
        "sampler.noise=0.2",
      ],
    );
    expect(out).toMatch(/^ {2}minimised {4}L = \(mean E\(x⁺\) − mean E\(x⁻\)\) \/ T$/m);
    expect(out).toMatch(/^ {2}chains {7}7 times x ← x − 0\.5 · ∇E\(x\) \+ 0\.2 · N\(0, I\)$/m);
    expect(out).toMatch(/^ {2}sign {9}E is what the net returns, low where data are: p\(x\) ∝ exp\(−E\(x\) \/ T\)$/m);
    expect(out).toMatch(/^ {2}temperature {2}T = noise² \/ \(2 · stepSize\) = 0\.04$/m);
    expect(out).toMatch(/^ {2}each of 7 × walk +9 dispatches /m);
  });

  test("chains without noise have no temperature, and the loss no factor", async () => {
    const { out } = await explained("--no-calibration", "--set", "sampler.noise=0");
    expect(out).toMatch(/^ {2}minimised +L = mean E\(x⁺\) − mean E\(x⁻\)$/m);
    expect(out).toMatch(/^ {2}temperature +none: chains without noise descend/m);
  });

  test("lists the layers of the net with shapes and parameters", async () => {
    const { out } = await explained("--no-calibration", "--set", "net.width=32");
    expect(out).toMatch(/^net E: \[n, 2\] → \[n, 1\], 10 593 parameters$/m);
    expect(out).toMatch(/^ {2}2 +matmul add +\[n, 64\] +2 112 +weight \[64, 32\], bias \[64\]$/m);
    // 10 593 numbers of 4 bytes.
    expect(out).toMatch(/^ {2}parameters +41\.4 KiB$/m);
  });

  test("estimates the time on the adapter, and says that it is an estimate", async () => {
    const { out } = await explained("--steps", "50", "--set", "sampler.steps=3");
    expect(out).toMatch(/^ {2}an update {4}about [\d.]+ (µs|ms|s)$/m);
    expect(out).toMatch(/^ {2}50 updates {3}about .*, without pictures and checkpoints$/m);
    expect(out).toMatch(
      /^ {2}an estimate {2}from one on copies and each of its kernels alone, on test adapter \(software, null\), by \S/m,
    );
  });

  test("runs no update and compiles no shader of one without the calibration", async () => {
    const prepare = vi.spyOn(Plan.prototype, "prepare");
    const run = vi.spyOn(Plan.prototype, "run");
    await explained("--no-calibration");
    expect(prepare).not.toHaveBeenCalled();
    // What runs draws the initial parameters, and nothing with a sampler in it.
    const plans = run.mock.contexts as Plan[];
    expect(plans.length).toBeGreaterThan(0);
    expect(plans.filter((plan) => plan.explain().includes("walk"))).toEqual([]);
  });

  test("--plan lists the dispatches by layer, --wgsl the shaders too", async () => {
    const plan = (await explained("--no-calibration", "--plan")).out;
    expect(plan).toMatch(/^ {4}walk\.0\.matmul → walk\.1\.leakyRelu {2}/m);
    expect(plan).toMatch(/^ {2}∇loss\.\d\.matmul/m);
    expect(plan).not.toContain("@compute");
    expect((await explained("--no-calibration", "--wgsl")).out).toContain("@compute");
  });

  test.each([
    ["an unknown recipe", ["explain", "anatomy/gmm"], 'no recipe "anatomy/gmm"'],
    ["an unknown setting", ["explain", "anatomy/gmm-convergent", "--set", "sampler.stesp=1"], "did you mean"],
    ["a net that does not fit", ["explain", "shortrun/mnist", "--set", "net.kind=toy"], "does not take images"],
  ])("refuses %s with code 2", async (_what, words, message) => {
    const { ebm } = await real();
    const { code, err } = await ebm(...words);
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});

/** Those that plan what another does: with the net of 28 layers, which takes seconds, or made tiny. */
const likeAnother = ["cifar10-supervised", "cifar10-joint", "cifar10-uncond", "cifar10-semi", "cifar10-small"]
  .concat("cifar10-small-supervised", "cifar10-resnet")
  .concat("cifar100", "cifar100-supervised", "svhn", "svhn-supervised")
  .map((name) => `jem/${name}`);
const explainedWhole = Object.keys(recipes).filter((name) => !likeAnother.includes(name) && !name.endsWith("-tiny"));

test.each(explainedWhole)("explains %s: objective, net, memory and work, without a data set", async (name) => {
  const { ebm } = await real();
  const { code, out, err } = await ebm("explain", name, "--no-calibration");
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toMatch(new RegExp(`^${name}: ${recipes[name].summary.slice(0, 10)}`));
  const titles = [...out.matchAll(/^(\S.*)\n {2}/gm)].map(([, title]) => title.split(/[: ]/)[0]);
  expect(titles).toEqual(["objective", ...titles.filter((title) => title === "net"), "memory", "an"]);
  expect(titles).toContain("net");
  expect(out).not.toMatch(/undefined|NaN|\[object/);
});
