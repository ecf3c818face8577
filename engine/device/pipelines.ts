/** Compiled shaders, one per text, overrides and layout. */

import { kernels, library } from "../../shaders/index.ts";
import { ShaderError } from "../errors.ts";
import { ShaderStage } from "../platform/flags.ts";

/** A kernel as WebGPU wants it: complete WGSL, the values of its overrides, and how it binds its buffers. */
export interface KernelSource {
  /** The file it comes from, for messages. */
  file: string;
  wgsl: string;
  entry: string;
  overrides: Readonly<Record<string, number>>;
  /** What a dispatch puts into the buffer at `SIZES_BINDING`, at most `MOST_SIZES` words; empty where there is none. */
  sizes: readonly number[];
  bindings: readonly { binding: number; access: "read" | "read_write" }[];
}

/** What a kernel reads of group 1: nothing, numbers and tables that are the same for a whole plan, or the index of the iteration too. */
export type SharedReads = "nothing" | "numbers" | "index";

/** What a kernel reads of group 1. Its bindings are named in two libraries, that of the index goes through one function. */
export function sharedReads({ wgsl }: KernelSource): SharedReads {
  if (!wgsl.includes("@group(1)")) return "nothing";
  return /(?<!fn )\biterationIndex\(/.test(wgsl) ? "index" : "numbers";
}

/** Where a kernel in group 0 binds the sizes that it is given. */
export const SIZES_BINDING = 32;

/** Words of sizes that a kernel may be given. */
export const MOST_SIZES = 64;

export interface Kernel {
  pipeline: GPUComputePipeline;
  layout: GPUBindGroupLayout;
  reads: SharedReads;
  /** What it took to create, in milliseconds; drivers may put off a part until it first runs. */
  created: number;
}

export class Pipelines {
  readonly #kernels = new Map<string, Kernel>();
  readonly #modules = new Map<string, GPUShaderModule>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();

  constructor(readonly gpu: GPUDevice) {}

  get count(): number {
    return this.#kernels.size;
  }

  /** The kernel of a source, compiled now unless it was before. */
  get(source: KernelSource, shared: GPUBindGroupLayout): Kernel {
    const key = keyOf(source);
    const known = this.#kernels.get(key);
    if (known !== undefined) return known;
    const start = performance.now();
    const pipeline = this.gpu.createComputePipeline(this.#describe(source, shared));
    return this.#keep(key, source, pipeline, performance.now() - start);
  }

  /** The sources that are not compiled yet, each once. */
  missing(sources: readonly KernelSource[]): KernelSource[] {
    const unknown = new Map(sources.map((source) => [keyOf(source), source]));
    return [...unknown].filter(([key]) => !this.#kernels.has(key)).map(([, source]) => source);
  }

  /** Compiles sources in parallel, without blocking. Throws a ShaderError with file and line. */
  async prepare(sources: readonly KernelSource[], shared: GPUBindGroupLayout): Promise<void> {
    await Promise.all(
      this.missing(sources).map(async (source) => {
        const start = performance.now();
        const description = this.#describe(source, shared);
        try {
          const pipeline = await this.gpu.createComputePipelineAsync(description);
          this.#keep(keyOf(source), source, pipeline, performance.now() - start);
        } catch (cause) {
          const asked = description.compute.module.getCompilationInfo();
          // Chromium sends a second question about a module only together with a later command.
          this.gpu.queue.submit([]);
          throw explained(source, await asked, cause);
        }
      }),
    );
  }

  #keep(key: string, source: KernelSource, pipeline: GPUComputePipeline, created: number): Kernel {
    const kernel = { pipeline, layout: this.#layout(source), reads: sharedReads(source), created };
    this.#kernels.set(key, kernel);
    return kernel;
  }

  #describe(source: KernelSource, shared: GPUBindGroupLayout) {
    let module = this.#modules.get(source.wgsl);
    if (module === undefined) {
      module = this.gpu.createShaderModule({ label: source.file, code: source.wgsl });
      this.#modules.set(source.wgsl, module);
    }
    const bindGroupLayouts = [this.#layout(source), ...(sharedReads(source) === "nothing" ? [] : [shared])];
    return {
      label: source.file,
      layout: this.gpu.createPipelineLayout({ bindGroupLayouts }),
      compute: { module, entryPoint: source.entry, constants: { ...source.overrides } },
    };
  }

  #layout({ bindings, sizes }: KernelSource): GPUBindGroupLayout {
    const own = bindings.map(({ binding, access }) => `${binding} ${access}`);
    const key = [...own, ...(sizes.length > 0 ? ["sizes"] : [])].join(", ");
    let layout = this.#layouts.get(key);
    if (layout === undefined) {
      layout = this.gpu.createBindGroupLayout({
        label: key,
        entries: [
          ...bindings.map(({ binding, access }) => entry(binding, access === "read" ? "read-only-storage" : "storage")),
          ...(sizes.length > 0 ? [entry(SIZES_BINDING, "uniform")] : []),
        ],
      });
      this.#layouts.set(key, layout);
    }
    return layout;
  }
}

const entry = (binding: number, type: GPUBufferBindingType): GPUBindGroupLayoutEntry => ({
  binding,
  visibility: ShaderStage.COMPUTE,
  buffer: { type },
});

const keyOf = ({ wgsl, entry, overrides, bindings }: KernelSource): string =>
  JSON.stringify([entry, overrides, bindings.map(({ binding, access }) => [binding, access]), wgsl]);

/** What the compiler says about the first error, and where: in which line of which file, or in what was generated. */
function explained(source: KernelSource, { messages }: GPUCompilationInfo, cause: unknown): ShaderError {
  const first = messages.find(({ type }) => type === "error");
  const text = first?.message ?? (cause instanceof Error ? cause.message : String(cause));
  const where = first === undefined ? `shaders/${source.file}.wgsl` : placeOf(source, first.lineNum);
  const shown = first === undefined ? "" : ` in "${source.wgsl.split("\n")[first.lineNum - 1]?.trim() ?? ""}"`;
  return new ShaderError(`${where}: ${text.trim()}${shown}`, { cause });
}

/** Where a line of an assembled text comes from. */
function placeOf({ file, wgsl }: KernelSource, lineNum: number): string {
  const line = wgsl.split("\n")[lineNum - 1];
  for (const [path, text] of [[`${file}.wgsl`, kernels[file] ?? ""], ...Object.entries(library)]) {
    const at = text.split("\n").indexOf(line);
    if (at !== -1) return `shaders/${path}:${at + 1}`;
  }
  return `shaders/${file}.wgsl, generated line ${lineNum}`;
}
