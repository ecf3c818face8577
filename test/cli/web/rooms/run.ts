/** The tests of the run room: a run goes from the tab to Node and back, and is the one that never moved. */

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { unbundle } from "../../../../cli/run/bundle.ts";
import { built } from "../../../built.ts";
import type { Visit } from "../visit.ts";

const recipe = "anatomy/gmm-convergent-tiny";
const changes = [
  "sampler.steps=3",
  "batch=8",
  "landscape.resolution=10",
  "landscape.samples=24",
  "log.observe=4",
  "log.slopes=false",
];
const images = "shortrun/mnist-tiny";
const sets = (changes: readonly string[]): string[] => changes.flatMap((change) => ["--set", change]);

/** 32 images for each part of MNIST, in the files that it comes in. */
function digitFiles(): Map<string, Uint8Array> {
  const count = 32;
  const pixels = Array.from({ length: count * 784 }, (_, at) => (at * at * 31 + (at >> 5)) % 256);
  const head = (type: number, ...extents: number[]): number[] => [
    ...[0, 0, 8, type],
    ...extents.flatMap((extent) => [0, 0, extent >> 8, extent & 255]),
  ];
  return new Map(
    ["train", "t10k"].flatMap((part): [string, Uint8Array][] => [
      [`${part}-images-idx3-ubyte`, Uint8Array.from([...head(3, count, 28, 28), ...pixels])],
      [
        `${part}-labels-idx1-ubyte`,
        Uint8Array.from([...head(1, count), ...pixels.slice(0, count).map((pixel) => pixel % 10)]),
      ],
    ]),
  );
}
const parameters = (step: number): string => `checkpoints/step-${String(step).padStart(6, "0")}.safetensors`;

export function run(here: () => Visit): void {
  const folder = mkdtempSync(join(tmpdir(), "ebm-run-room-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  /** `ebm WORDS…` in Node, on the adapter that the browser has. */
  const ebm = (...words: string[]) =>
    promisify(execFile)(process.execPath, [resolve("dist/cli/main.js"), ...words], {
      cwd: folder,
      env: { ...process.env, EBM_ADAPTER: "swiftshader" },
    });
  const standing = (): Promise<string | null> => here().text("#standing");

  /** Continues the run that is open up to so many updates, and waits until it has. */
  async function goOn(updates: number): Promise<void> {
    await here().page.locator("#until").fill(String(updates));
    await here().press("Continue");
    await expect.poll(() => here().page.locator("#go").textContent()).toBe("Continue");
    await expect.poll(() => here().numberIn("#updates")).toBe(updates);
  }

  /** The files of the run that is open, as its download has them. */
  async function downloaded(to: string): Promise<ReadonlyMap<string, Uint8Array>> {
    const [file] = await Promise.all([here().page.waitForEvent("download"), here().press("Download")]);
    await file.saveAs(join(folder, to));
    return (await unbundle(readFileSync(join(folder, to)), to)).files;
  }

  const alone = built().then(() =>
    ebm("train", recipe, "--run-dir", "alone", "--steps", "12", "--quiet", ...sets(changes)),
  );

  test("begins a run of its address, trains it with the code of the command line, and shows its report", async () => {
    await here().goTo(`#v=1&room=run&recipe=${recipe}&updates=12&${changes.join("&")}`);
    await here().press("Begin");
    await expect.poll(() => here().text("#name")).toBe("anatomy-gmm-convergent-tiny-123");
    await goOn(4);
    const report = here().page.frameLocator("#report");
    await expect.poll(() => report.locator("h2").allTextContents()).toContain("Diagnosis");
    expect(await standing()).toContain("Saved in this browser");
  });

  test("goes from the tab to Node and back with the bytes of a run that never moved", async () => {
    await downloaded("tab.tar");
    await ebm("import", "tab.tar", "--run-dir", "moved");
    await ebm("train", "--resume", "moved", "--steps", "8", "--quiet");
    await ebm("export", "moved");
    await here().page.locator("#bundle").setInputFiles(join(folder, "moved.tar"));
    await expect.poll(() => here().text("#name")).toBe("moved");
    expect(await here().numberIn("#updates")).toBe(8);
    await goOn(12);

    const files = await downloaded("back.tar");
    await alone;
    for (const file of [parameters(12), "metrics.jsonl", "summary.json", "landscape/step-000012.json"])
      expect(Buffer.from(files.get(file)!).equals(readFileSync(join(folder, "alone", file))), file).toBe(true);
  });

  test("has its runs after a reload, and goes on after the device was lost", async () => {
    await here().page.reload();
    await expect.poll(() => here().text("#name")).toBe("moved");
    expect(await here().page.locator("#kept button").count()).toBe(2);
    await expect.poll(() => here().text("#adapter")).toMatch(/^(Software adapter|GPU): /);
    await here().loseDevice();
    await here().page.locator("#until").fill("14");
    await here().press("Continue");
    await expect.poll(() => here().page.getByRole("alert").textContent()).toContain("The GPU went away");
    await here().press("Go on");
    await expect.poll(() => here().numberIn("#updates")).toBe(14);
    await expect.poll(() => here().page.locator("#go").textContent()).toBe("Continue");
  });

  test("says what is no run, and what a run cannot be continued to", async () => {
    await here().page.locator("#until").fill("3");
    await here().press("Continue");
    expect(await standing()).toContain("It has done 14 updates");
    await here()
      .page.locator("#bundle")
      .setInputFiles({ name: "a.tar", mimeType: "application/x-tar", buffer: Buffer.from("no") });
    await expect.poll(() => here().page.getByRole("alert").textContent()).toContain("no run");
  });

  test("continues a run of images once their files are opened, to the bytes of Node", async () => {
    const set = ["data.count=0", "batch=4", "net.width=2", "sampler.steps=2", "log.observe=100", "landscape.samples=4"];
    const files = digitFiles();
    mkdirSync(join(folder, "mnist"));
    for (const [name, bytes] of files) writeFileSync(join(folder, "mnist", name), bytes);
    const words = ["train", images, "--data", folder, "--run-dir", "images", "--steps", "4", "--quiet", ...sets(set)];
    const stay = ebm(...words);
    await here().goTo(`#v=1&room=run&recipe=${images}&updates=4&${set.join("&")}`);
    await here().press("Begin");
    await expect.poll(() => here().text("#name")).toMatch(/^shortrun-mnist-tiny/);
    expect(await standing()).toContain("It learns from mnist, which is not here: open or drop train-images-idx3-ubyte");
    expect(await here().page.locator("#go").isDisabled()).toBe(true);
    await here()
      .page.locator("#data")
      .setInputFiles([...files].map(([name, bytes]) => ({ name, mimeType: "", buffer: Buffer.from(bytes) })));
    await expect.poll(() => here().page.locator("#go").isDisabled()).toBe(false);
    await goOn(2);
    await downloaded("images-tab.tar");
    await ebm("import", "images-tab.tar", "--run-dir", "images-moved");
    await ebm("train", "--resume", "images-moved", "--data", folder, "--steps", "4", "--quiet");
    await stay;
    const [moved, stayed] = ["images-moved", "images"].map((run) => readFileSync(join(folder, run, parameters(4))));
    expect(moved.equals(stayed)).toBe(true);
  });
}
