/** PyTorch in a process of its own, `$EBM_PYTHON` or `python3`: on the GPU where ours is on one, else on the CPU. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { HostArray, NamedArrays } from "../../engine/index.ts";
import program from "./pytorch.py?raw";
import { mapInputs, type Peer } from "./workload.ts";

/** How it computes: where, whether `torch.compile` sees the work, and in which precision products are. */
export interface TorchOptions {
  on: "cpu" | "gpu";
  way: "eager" | "compiled";
  precision: "f32" | "tf32";
}

type Encoded = { shape: number[]; data: string };

/** Throws where there is no Python, or none with a PyTorch that can do this, and says what it answered. */
export async function openTorch({ on, way, precision }: TorchOptions): Promise<Peer> {
  const python = process.env.EBM_PYTHON || "python3";
  const child = spawn(python, ["-u", "-c", program, on, way, precision], {
    stdio: ["pipe", "pipe", "pipe"],
    // By default its threads spin while they wait for each other, which on a busy machine takes ten times as long.
    env: { ...process.env, OMP_WAIT_POLICY: "PASSIVE" },
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, "close").catch((error: Error) => (complaint = error.message));

  async function answered<T>(): Promise<T> {
    const { value, done } = (await lines.next()) as IteratorResult<string, undefined>;
    if (done) {
      await ended;
      throw new Error(`${python}: ${complaint.trim().split("\n").at(-1)} (EBM_PYTHON names a Python that has PyTorch)`);
    }
    const answer = JSON.parse(value) as T & { error?: string };
    if (answer.error !== undefined) throw new Error(`torch: ${answer.error}`);
    return answer;
  }
  const ask = <T>(request: object): Promise<T> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answered<T>();
  };

  const started = await answered<{ version: string; on: string }>();
  return {
    runs: "torch",
    version: `PyTorch ${started.version}, ${started.on}`,
    async open(source: string, inputs) {
      // One at a time: those of a large net are more than a string can hold.
      const arrays: [path: string[], array: HostArray][] = [];
      mapInputs(inputs, (array, ...path) => arrays.push([path, array]));
      for (const [path, array] of arrays) await ask({ do: "give", path, ...encoded(array) });
      await ask({ do: "open", source });
      return {
        run: async () => (await ask<{ ms: number }>({ do: "run" })).ms,
        async results() {
          const { names } = await ask<{ names: string[] }>({ do: "results" });
          const results: NamedArrays = {};
          for (const name of names) results[name] = decoded(await ask<Encoded>({ do: "result", name }));
          return results;
        },
        dispose: () => undefined,
      };
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Zeros are sent without their data. */
const encoded = ({ shape, data }: HostArray): Encoded => ({
  shape: [...shape],
  data: data.every((value) => value === 0)
    ? ""
    : Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
});

const decoded = ({ shape, data }: Encoded): HostArray => {
  const bytes = new Uint8Array(Buffer.from(data, "base64"));
  return { dtype: "f32", shape, data: new Float32Array(bytes.buffer) };
};
