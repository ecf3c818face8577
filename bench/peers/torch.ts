/** PyTorch on the CPU, in a process of its own: `$EBM_PYTHON`, or `python3`. */

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { HostArray, NamedArrays } from "../../engine/index.ts";
import program from "./pytorch.py?raw";
import { mapInputs, quiet, type Inputs, type Peer } from "./workload.ts";

type Encoded = { shape: readonly number[]; data: string };
type Answer = { version: string; threads: number; ms: number; arrays: Record<string, Encoded>; error?: string };

/** Throws where there is no Python, or none with PyTorch, and says what it answered. */
export async function openTorch(): Promise<Peer> {
  const python = process.env.EBM_PYTHON || "python3";
  const child = spawn(python, ["-u", "-c", program], {
    stdio: ["pipe", "pipe", "pipe"],
    // By default its threads spin while they wait for each other, which on a busy machine takes ten times as long.
    env: { ...process.env, OMP_WAIT_POLICY: "PASSIVE" },
  });
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = once(child, "close").catch((error: Error) => (complaint = error.message));

  async function answered(): Promise<Answer> {
    const { value, done } = (await lines.next()) as IteratorResult<string, undefined>;
    if (done) {
      await ended;
      throw new Error(`${python}: ${complaint.trim().split("\n").at(-1)} (EBM_PYTHON names a Python that has PyTorch)`);
    }
    const answer = JSON.parse(value) as Answer;
    if (answer.error !== undefined) throw new Error(`torch: ${answer.error}`);
    return answer;
  }
  const ask = (request: object) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    return answered();
  };

  const { version, threads } = await answered();
  return {
    version: `PyTorch ${version}, CPU, ${threads} threads`,
    async open(source: string, inputs) {
      await ask({ do: "open", source, inputs: encoded(inputs), silent: encoded(quiet(inputs)) });
      return {
        run: async () => (await ask({ do: "run" })).ms,
        results: async () => decoded((await ask({ do: "results" })).arrays),
        dispose: () => undefined,
      };
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

const encoded = (inputs: Inputs) =>
  mapInputs(inputs, ({ shape, data }: HostArray) => ({
    shape,
    data: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64"),
  }));

const decoded = (arrays: Answer["arrays"]): NamedArrays =>
  Object.fromEntries(
    Object.entries(arrays).map(([name, { shape, data }]) => {
      const bytes = Uint8Array.from(Buffer.from(data, "base64"));
      return [name, { dtype: "f32", shape, data: new Float32Array(bytes.buffer) }];
    }),
  );
