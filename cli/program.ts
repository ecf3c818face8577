/** The commands, their options and their help; from the words typed to the exit code. */

import { packageVersion } from "#host";
import { Command, CommanderError } from "commander";
import type { CompareOptions } from "./commands/compare.ts";
import type { ConvertOptions } from "./commands/convert.ts";
import type { DataOptions } from "./commands/data.ts";
import type { DemoOptions } from "./commands/demo.ts";
import type { EvalOptions } from "./commands/eval.ts";
import type { ExplainOptions } from "./commands/explain.ts";
import type { ExportOptions } from "./commands/export.ts";
import type { GradcheckOptions } from "./commands/gradcheck.ts";
import type { ImportOptions } from "./commands/import.ts";
import type { SampleOptions } from "./commands/sample.ts";
import type { ShowOptions } from "./commands/showData.ts";
import type { SweepOptions } from "./commands/sweep.ts";
import type { TrainOptions } from "./commands/train.ts";
import type { TuneOptions } from "./commands/tune.ts";
import { endingOf, exitCodes, type Ending } from "./failure.ts";
import { warn, type World } from "./world.ts";

/** Commands that open a device, and so must run where an adapter can be found. */
export const deviceCommands = ["train", "sample", "doctor", "explain", "gradcheck", "sweep", "eval", "tune"];

/** What a command does is loaded when it is called: it takes much that no other needs. */
const commands = {
  compare: () => import("./commands/compare.ts"),
  convert: () => import("./commands/convert.ts"),
  data: () => import("./commands/data.ts"),
  demo: () => import("./commands/demo.ts"),
  doctor: () => import("./commands/doctor.ts"),
  eval: () => import("./commands/eval.ts"),
  explain: () => import("./commands/explain.ts"),
  export: () => import("./commands/export.ts"),
  gradcheck: () => import("./commands/gradcheck.ts"),
  import: () => import("./commands/import.ts"),
  recipes: () => import("./commands/recipes.ts"),
  report: () => import("./commands/report.ts"),
  sample: () => import("./commands/sample.ts"),
  showData: () => import("./commands/showData.ts"),
  sweep: () => import("./commands/sweep.ts"),
  train: () => import("./commands/train.ts"),
  tune: () => import("./commands/tune.ts"),
};

/** Where the built app lies. */
export interface Places {
  app: string;
}

/** Runs one command line (`["train", "anatomy/gmm-convergent"]`) and returns its exit code; errors are told on stderr. */
export async function runCommand(words: readonly string[], world: World, places: Places): Promise<number> {
  let ending: Ending = "ok";
  const program = build(world, places, (result) => (ending = result));
  try {
    await program.parseAsync([...words], { from: "user" });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    warn(world, `ebm: ${words.includes("--debug") ? trace(error) : messageOf(error)}`);
    ending = endingOf(error);
  }
  return exitCodes[ending];
}

function build(world: World, places: Places, end: (ending: Ending) => void): Command {
  const program = new Command("ebm")
    .description("train, sample and evaluate energy-based models on any GPU that speaks WebGPU")
    .version(packageVersion())
    .option("--debug", "show where an error came from")
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      writeErr: (text) => void world.stderr.write(text.replace(/^error: /, "ebm: ")),
    });

  command(program, "train [recipe]", "train a recipe, or a configuration file, in a new run folder")
    .option("--set <name=value>", "change a setting, such as sampler.steps=60; may be given often", collect)
    .option("--steps <number>", "updates in total (the setting updates)")
    .option("--seed <number>", "seed of every random stream (the setting seed)")
    .option("--guard <mode>", "what follows a divergence: off, warn or recover (the setting guard.mode)")
    .option("--run-dir <folder>", "the new run folder, instead of runs/RECIPE-SEED-N")
    .option("--data <folder>", "where the data sets are, instead of EBM_DATA or the cache")
    .option("--resume <run>", "continue the run in this folder from its newest checkpoint")
    .option(
      "--check-finite",
      "end at the first NaN or infinity and name the op, layer, update and sampler step it arose in",
    )
    .option("--quiet", "no progress")
    .addHelpText("after", trainExamples)
    .action(async (recipe: string | undefined, options: TrainOptions) =>
      end(await (await commands.train()).train(world, recipe, options)),
    );

  command(program, "sample <run>", "draw samples from the newest checkpoint of a run")
    .option("--count <number>", "how many; 64, or 8 pairs to interpolate between")
    .option("--steps <number>", "steps of the sampler, instead of those of the run")
    .option("--seed <number>", "seed of the samples", "0")
    .option("--start <kind>", "where chains start, such as data, instead of where those of the run do")
    .option("--sampler <kind>", "another sampler than that of the run (the setting sampler.kind)")
    .option("--step-size <number>", "another factor of the energy's slope (the setting sampler.stepSize)")
    .option("--noise <number>", "other noise in each step (the setting sampler.noise)")
    .option("--temperature <number>", "the same, as the noise that amounts to this temperature")
    .option("--record", "write energy, slope and acceptance of every step beside the samples, as .csv and .html")
    .option("--interpolate <number>", "where chains without noise lead from this many points between pairs of starts")
    .option(
      "--reconstruct <number>",
      "how near chains without noise come to this many test images, from the best starts",
    )
    .option("--iterations <number>", "reconstruct: steps of Adam that seek the starts (100)")
    .option("--rate <number>", "reconstruct: its learning rate (0.1)")
    .option("--out <file>", "a new .png, or .safetensors for the numbers; default: samples/ of the run")
    .option("--data <folder>", "where the data sets are, instead of EBM_DATA or the cache")
    .action(async (run: string, options: SampleOptions) =>
      end(await (await commands.sample()).sample(world, run, options)),
    );

  command(program, "sweep [recipe]", "train a recipe over a grid of settings, and compare the runs")
    .option(
      "--grid <name=values>",
      "a setting and its values, such as sampler.steps=5,20,60, or settings that change together, such as sampler.steps:seed=5:1,20:2; may be given often",
      collect,
    )
    .option("--set <name=value>", "a setting of all runs; may be given often", collect)
    .option("--steps <number>", "updates of every run (the setting updates)")
    .option("--seed <number>", "seed of every run; sweep over some with --grid seed=1,2,3")
    .option("--guard <mode>", "what follows a divergence: off, warn or recover (the setting guard.mode)")
    .option("--jobs <number>", "runs at a time", "1")
    .option("--out <folder>", "the new folder, instead of sweeps/RECIPE-N")
    .option("--data <folder>", "where the data sets are, instead of EBM_DATA or the cache")
    .option("--resume <sweep>", "run what has not finished in this folder")
    .action(async (recipe: string | undefined, options: SweepOptions) =>
      end(await (await commands.sweep()).sweep(world, recipe, options)),
    );

  program
    .command("eval [run] [names...]")
    .description("measure and show what the newest checkpoint of a run can do, in the run's report")
    .option("--list", "only list what there is, with its options")
    .option(
      "--set <name.option=value>",
      "an option of an evaluation, such as ood.count=500; may be given often",
      collect,
    )
    .option("--checkpoint <step>", "the checkpoint of this step instead of the newest")
    .option("--beside <run>", "evaluate another run in the same way, and show it beside this one")
    .option("--weights <file>", "weights of Inception for fid: pt_inception-2015-12-05 as .pth or .safetensors")
    .option("--data <folder>", "where the data sets are, instead of EBM_DATA or the cache")
    .addHelpText("after", evalExamples)
    .action(async (run: string | undefined, names: string[], options: EvalOptions) => {
      const { evaluate, listEvaluations } = await commands.eval();
      end(options.list ? listEvaluations(world) : await evaluate(world, run, names, options));
    });

  command(program, "compare <runs...>", "several runs in one table and on one page")
    .option("--out <file>", "also write the page (.html) or the numbers (.csv)")
    .action(async (runs: string[], options: CompareOptions) =>
      end(await (await commands.compare()).compare(world, runs, options)),
    );

  command(program, "report <run>", "rebuild report.html of a run").action(async (run: string) =>
    end(await (await commands.report()).report(world, run)),
  );
  command(program, "export <run>", "put a run into one file, for another machine or the app")
    .option("--out <file>", "the new file; default: RUN.tar")
    .action(async (run: string, options: ExportOptions) =>
      end(await (await commands.export()).exportRun(world, run, options)),
    );
  command(program, "import <bundle>", "make a run folder of such a file")
    .option("--run-dir <folder>", "the new run folder, instead of runs/ and its name")
    .action(async (bundle: string, options: ImportOptions) =>
      end(await (await commands.import()).importRun(world, bundle, options)),
    );
  command(program, "recipes [name]", "list the recipes, or the settings of one").action(async (name?: string) =>
    (await commands.recipes()).recipes(world, name),
  );
  command(program, "doctor", "say which adapter does the work and what it can do").action(async () =>
    end(await (await commands.doctor()).doctor(world)),
  );
  command(program, "convert <in> [out]", "list the arrays of a file, and write them in another format")
    .option("--list", "only list names, types, shapes and what else the file says")
    .addHelpText("after", convertExamples)
    .action(async (input: string, output: string | undefined, options: ConvertOptions) =>
      end(await (await commands.convert()).convert(world, input, output, options)),
    );
  command(
    program,
    "explain <recipe>",
    "what a recipe learns, with which net, in how much memory and time; trains nothing",
  )
    .option("--set <name=value>", "change a setting, such as sampler.steps=60; may be given often", collect)
    .option("--steps <number>", "updates in total (the setting updates)")
    .option("--seed <number>", "seed of every random stream (the setting seed)")
    .option("--no-calibration", "no estimate of the time, which takes a second or two")
    .option("--plan", "every dispatch of an update, with its layer, work and buffers")
    .option("--wgsl", "the shaders too")
    .action(async (recipe: string, options: ExplainOptions) =>
      end(await (await commands.explain()).explain(world, recipe, options)),
    );
  command(program, "tune [recipe]", "measure which forms of kernels are the fastest on this adapter, and remember them")
    .option("--set <name=value>", "change a setting, such as sampler.steps=60; may be given often", collect)
    .option("--steps <number>", "updates in total, over which compiling a form has to pay (the setting updates)")
    .option("--forget", "forget what was measured on this adapter instead")
    .action(async (recipe: string | undefined, options: TuneOptions) =>
      end(await (await commands.tune()).tune(world, recipe, options)),
    );
  command(program, "gradcheck [op...]", "hold ops and their gradients against float64 on this adapter")
    .option("--seed <number>", "of the first operands, and the first random program", "1")
    .option("--runs <number>", "seeds in all, one after the other", "1")
    .option(
      "--form <name>",
      "the form that all kernels take which have it, such as conv2d.narrow, instead of the standard one",
    )
    .action(async (ops: string[], options: GradcheckOptions) =>
      end(await (await commands.gradcheck()).gradcheck(world, ops, options)),
    );
  dataCommands(program, world, end);
  command(program, "demo", "serve the app to a browser on this machine")
    .option("--port <number>", "the port; 0 takes a free one", "8080")
    .action(async (options: DemoOptions) => end(await (await commands.demo()).demo(world, places.app, options)));
  return program;
}

function dataCommands(program: Command, world: World, end: (ending: Ending) => void): void {
  const data = program.command("data").description("list, download, check and look at data sets");
  const dataCommand = (usage: string, about: string): Command =>
    command(data, usage, about).option("--data <folder>", "where the data sets are, instead of EBM_DATA or the cache");
  dataCommand("list", "every data set, and whether it is here").action(async (options: DataOptions) =>
    end(await (await commands.data()).listData(world, options)),
  );
  dataCommand("get <name>", "show the licence of a data set and download it").action(
    async (name: string, options: DataOptions) => end(await (await commands.data()).getData(world, name, options)),
  );
  dataCommand("verify [name]", "compare the files that are here with their checksums").action(
    async (name: string | undefined, options: DataOptions) =>
      end(await (await commands.data()).verifyData(world, name, options)),
  );
  dataCommand("show <name>", "a sheet of pictures, counts of classes, mean and deviation of pixels")
    .option("--part <part>", "train or test", "train")
    .option("--size <number>", "rows and columns of pictures that have no size in common", "64")
    .option("--count <number>", "how many pictures", "100")
    .option("--out <file>", "the .png file; default: NAME-PART.png")
    .action(async (name: string, options: ShowOptions) =>
      end(await (await commands.showData()).showData(world, name, options)),
    );
}

const trainExamples = `
Examples:
  ebm train anatomy/gmm-convergent-tiny
  ebm train shortrun/mnist-tiny --data ../shared/data --set sampler.steps=60
  ebm train my.jsonc                     # { "recipe": "anatomy/gmm-convergent", "settings": { "seed": 2 } }
  ebm train --resume runs/anatomy-gmm-convergent-1-1 --steps 2000`;

const evalExamples = `
Examples:
  ebm eval --list
  ebm eval runs/RUN accuracy calibration --beside runs/SUPERVISED
  ebm eval runs/RUN ood --set ood.against=fashion-mnist,uniform --set ood.count=0
  ebm eval runs/RUN robust --set robust.norm=l2 --set robust.epsilon=0,1,2`;

const convertExamples = `
IN is .safetensors, .npy, .npz, or a state dict of PyTorch (.pth, .pt), of which nothing is run; OUT is a new file in one of
the first three.

Examples:
  ebm convert model.pth model.safetensors
  ebm convert runs/RUN/checkpoints/step-000040.safetensors --list`;

/** A command that says usage errors in one line and takes no words beyond its own. */
const command = (program: Command, usage: string, about: string): Command =>
  program.command(usage).description(about).allowExcessArguments(false);

const collect = (text: string, before: readonly string[] = []): string[] => [...before, text];

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function trace(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return `${error.stack ?? error.message}${error.cause === undefined ? "" : `\ncaused by ${trace(error.cause)}`}`;
}
