// A world for the commands: a small system in memory, captured output, and a folder of its own that is removed afterwards.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { NamedArrays } from "../../engine/hostArray.ts";
import { guard, guardFields } from "../../ebm/guard.ts";
import type { Fields, Settings } from "../../ebm/settings.ts";
import type { Explorer, Grid, MetricsRow, Observation, Recipe, System, Training } from "../../ebm/training.ts";
import { runCommand } from "../../cli/program.ts";
import type { DeviceFacts, World } from "../../cli/world.ts";

const fields: Fields = {
  seed: { kind: "integer", about: "seed of every random stream", min: 0 },
  updates: { kind: "integer", about: "updates of the parameters", min: 1 },
  data: { name: { kind: "choice", about: "what is learned", values: ["gmm", "rings", "mnist"] } },
  sampler: {
    steps: { kind: "integer", about: "steps of each chain", min: 1 },
    stepSize: { kind: "number", about: "step size", exclusiveMin: 0 },
    noise: { kind: "number", about: "noise of each step", min: 0 },
  },
  objective: { scaled: { kind: "boolean", about: "whether the loss is divided by the temperature" } },
  guard: guardFields,
  log: {
    observe: { kind: "integer", about: "updates between two observations", min: 0 },
    checkpoint: { kind: "integer", about: "updates between two checkpoints", min: 0 },
  },
};

const settings: Settings = {
  seed: 1,
  updates: 6,
  data: { name: "gmm" },
  sampler: { steps: 10, stepSize: 0.5, noise: 0.1 },
  objective: { scaled: true },
  guard: { ...guard, attempts: 3 },
  log: { observe: 3, checkpoint: 2 },
};

const recipe: Recipe = { name: "toy/gmm", summary: "a toy", source: "nowhere", system: "counting", settings };
const rings: Recipe = { ...recipe, name: "toy/rings", settings: { ...settings, data: { name: "rings" } } };
const digits: Recipe = { ...recipe, name: "toy/mnist", settings: { ...settings, data: { name: "mnist" } } };

/** A training whose one weight w follows w ← (5w + seed + step) mod 1009: cheap, and different after every step. */
class Counting implements Training {
  step = 0;
  recoveries = 0;
  disposed = false;
  private weight = 7;
  private arrived: MetricsRow[] = [];

  constructor(
    private readonly settings: Settings,
    private readonly afterUpdate: (step: number) => void,
    private readonly lossOf: (loss: number, step: number, recoveries: number, settings: Settings) => number,
  ) {}

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  update(): Promise<void> {
    this.step++;
    this.weight = (5 * this.weight + Number(this.settings.seed) + this.step) % 1009;
    // After a recovery it takes another path.
    this.weight += this.recoveries;
    const loss = this.lossOf(this.weight, this.step, this.recoveries, this.settings);
    this.arrived.push({ step: this.step, loss, d_s: this.weight % 7, r_s: this.weight / 1009 });
    this.afterUpdate(this.step);
    return Promise.resolve();
  }

  metrics(): Promise<MetricsRow[]> {
    const rows = this.arrived;
    this.arrived = [];
    return Promise.resolve(rows);
  }

  checkpoint(): Promise<NamedArrays> {
    return Promise.resolve({
      weight: { dtype: "f32", shape: [1], data: Float32Array.of(this.weight) },
      step: { dtype: "u32", shape: [], data: Uint32Array.of(this.step) },
      recoveries: { dtype: "u32", shape: [], data: Uint32Array.of(this.recoveries) },
    });
  }

  restore({ weight, step, recoveries }: NamedArrays): void {
    if (weight === undefined) throw new RangeError('restore: array "weight" is missing');
    this.weight = weight.data[0];
    this.step = step.data[0];
    this.recoveries = recoveries.data[0];
    this.arrived = [];
  }

  restart(): void {
    this.weight = 7;
    this.step = 0;
    this.recoveries = 0;
    this.arrived = [];
  }

  recover(recoveries: number): void {
    this.recoveries = recoveries;
  }

  observe(): Promise<Observation> {
    return Promise.resolve(this.look());
  }

  sample({ count }: { count: number }): Promise<Observation> {
    if (count > 1000) return Promise.reject(new RangeError(`sample: ${count} samples from 1000 chains`));
    return Promise.resolve(this.look(count));
  }

  record({ steps }: { steps: number | null }): Promise<MetricsRow[]> {
    const { stepSize } = this.settings.sampler as { stepSize: number };
    const row = (at: number) => ({ step: at + 1, energy: -at, slope_norm: stepSize, acceptance: at === 1 ? NaN : 0.5 });
    return Promise.resolve(Array.from({ length: steps ?? 10 }, (_, at) => row(at)));
  }

  explain(): never {
    throw new TypeError("explain: a count has no parts; real systems do");
  }

  inspect(): Promise<null> {
    return Promise.resolve(null);
  }

  evaluated(): never {
    throw new TypeError("evaluated: the commands of these tests have no use for it");
  }

  explore(): Explorer {
    const unused = (): never => {
      throw new TypeError("explore: the commands have no use for this part");
    };
    // What is asked for, in the first pixels.
    const grid = (name: string, count: number, columns: number, asked: object): Grid => {
      const { noise } = this.settings.sampler as { noise: number };
      const images = new Float32Array(count * 16);
      images.set([noise, ...Object.values(asked).map(Number)]);
      return { name, images, count, channels: 1, height: 4, width: 4, columns };
    };
    return {
      energies: unused,
      chains: unused,
      interpolate: ({ pairs, points, steps, seed }) =>
        Promise.resolve(grid("interpolation", pairs * points, points, { pairs, points, steps, seed })),
      reconstruct({ count, iterations, rate }, tell) {
        for (let iteration = 1; iteration <= iterations; iteration++) tell(iteration, 1 / iteration);
        return Promise.resolve({ grid: grid("reconstruction", 2 * count, 2, { iterations, rate }), error: 0.04 });
      },
      dispose: () => undefined,
    };
  }

  dispose(): void {
    this.disposed = true;
  }

  private look(count = 9): Observation {
    const images = new Float32Array(count * 16).map((_, i) => Math.sin(i + this.weight));
    const extent = 1.5;
    const resolution = 12;
    const at = (i: number): number => -extent + (2 * extent * i) / (resolution - 1);
    const logDensity = Float64Array.from({ length: resolution ** 2 }, (_, i) => {
      return -2 * (Math.hypot(at(i % resolution), at(Math.floor(i / resolution))) - 1) ** 2;
    });
    const density = logDensity.map(Math.exp);
    return {
      step: this.step,
      measures: { kl_true_model: 1 / (1 + this.step), kl_true_shortrun: 0.1 },
      grids: [{ name: "shortrun", images, count, channels: 1, height: 4, width: 4 }],
      landscapes: ["truth", "model", "shortrun"].map((name) => ({ name, extent, resolution, density, logDensity })),
    };
  }
}

const facts: DeviceFacts = {
  ...{
    name: "test adapter",
    vendor: "none",
    architecture: "none",
    driver: "none",
    software: true,
    source: "null",
    host: "test",
  },
  limits: { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27, maxStorageBuffersPerShaderStage: 8 },
  features: [],
};

export interface TestWorld {
  world: World;
  /** Runs a command line and gives its exit code and what it printed. */
  ebm: (...words: string[]) => Promise<{ code: number; out: string; err: string }>;
  /** What a file of the folder holds. */
  text: (path: string) => Promise<string>;
  bytes: (path: string) => Promise<Uint8Array>;
  /** Every file below the folder, sorted. */
  files: () => Promise<string[]>;
  /** Called after each update of a training. */
  afterUpdate: (step: number) => void;
  /** What an update reports as its loss, of what it would be. */
  lossOf: (loss: number, step: number, recoveries: number, settings: Settings) => number;
  /** Aborting it is Ctrl-C; each command line has its own. */
  interrupt: () => void;
}

export async function testWorld(changes: Partial<World> = {}): Promise<TestWorld> {
  const cwd = await mkdtemp(join(tmpdir(), "ebm-test-"));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  let out = "";
  let err = "";
  let controller = new AbortController();
  const counting: System = {
    fields,
    objective: () => ({ loss: "L = w", where: [], sign: "none", temperature: null }),
    async open(chosen, context) {
      if ((chosen.data as Settings).name === "mnist") await context.data("mnist", "train", 28);
      return new Counting(
        chosen,
        (step) => result.afterUpdate(step),
        (...update) => result.lossOf(...update),
      );
    },
  };
  /** A command line in the same process, with an output of its own. */
  const apart: World["runApart"] = async (words, stop) => {
    let said = "";
    const own = { ...world, stop, stdout: { write: () => true }, stderr: { write: (text: string) => (said += text) } };
    const code = await runCommand(words, own, { app: join(cwd, "web") });
    return {
      code,
      message: said
        .trim()
        .split("\n")
        .at(-1)!
        .replace(/^ebm: /, ""),
    };
  };
  const world: World = {
    recipes: { [recipe.name]: recipe, [rings.name]: rings, [digits.name]: digits },
    systems: { counting },
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    env: { XDG_CACHE_HOME: join(cwd, "cache") },
    cwd,
    command: "ebm",
    stop: controller.signal,
    openDevice: () => Promise.resolve(facts),
    dataSets: [],
    runApart: (words, stop) => apart(words, stop),
    streamDigests: () => Promise.resolve([{ name: "normal", device: "c0ffee", reference: "c0ffee" }]),
    ...changes,
  };
  const result: TestWorld = {
    world,
    async ebm(...words) {
      out = err = "";
      controller = new AbortController();
      const code = await runCommand(
        words,
        { ...world, stop: controller.signal, command: `ebm ${words.join(" ")}` },
        { app: join(cwd, "web") },
      );
      return { code, out, err };
    },
    text: (path) => readFile(join(cwd, path), "utf8"),
    bytes: async (path) => new Uint8Array(await readFile(join(cwd, path))),
    async files() {
      const entries = await readdir(cwd, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(cwd.length + 1))
        .sort();
    },
    afterUpdate: () => undefined,
    lossOf: (loss) => loss,
    interrupt: () => controller.abort(),
  };
  return result;
}
