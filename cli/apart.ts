/** Runs a command line of this program in a process of its own. */

import { spawn } from "node:child_process";
import { exitCodes } from "./failure.ts";

/** How such a process ended: its exit code, and the last line it said on stderr. */
export interface Apart {
  code: number;
  message: string;
}

/** Starts it; an aborted `stop` reaches it as SIGINT, so that it saves what it has. It does not outlive this process. */
export async function runApart(words: readonly string[], stop: AbortSignal): Promise<Apart> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1], ...words], {
    // A group of its own: a terminal's ^C must reach it once, through this process.
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let said = "";
  child.stderr!.on("data", (text: Buffer) => (said = (said + text.toString()).slice(-4096)));
  const interrupt = (): void => void child.kill("SIGINT");
  if (stop.aborted) interrupt();
  stop.addEventListener("abort", interrupt);
  try {
    return await new Promise((settle, fail) => {
      child.on("error", fail);
      child.on("close", (code) =>
        settle({
          code: code ?? exitCodes.fault,
          message: said
            .trim()
            .split("\n")
            .at(-1)!
            .replace(/^ebm: /, ""),
        }),
      );
    });
  } finally {
    stop.removeEventListener("abort", interrupt);
  }
}
