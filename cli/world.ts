/** What a command touches of the world outside, so that tests can give it another one. */

import type { Apart } from "./apart.ts";
import type { Catalogue } from "./config/resolve.ts";
import type { DataSet } from "./datasets/dataSet.ts";
import type { StreamDigest } from "./streams.ts";
import type { AdapterFacts } from "./run/environment.ts";

/** Where text goes; a terminal can redraw a line, a pipe cannot. */
export interface Out {
  write(text: string): unknown;
  isTTY?: boolean;
  columns?: number;
}

/** The opened device: its adapter, what it may use of it, and what else it can do. */
export interface DeviceFacts extends AdapterFacts {
  limits: Readonly<Record<string, number>>;
  features: readonly string[];
}

export interface World extends Catalogue {
  stdout: Out;
  stderr: Out;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** what was typed, `ebm train toy` */
  command: string;
  /** aborted by Ctrl-C or SIGTERM: finish the update at hand, save, and leave */
  stop: AbortSignal;
  /** Opens the device for the systems to use and says what it is; throws NoAdapterError. */
  openDevice(): Promise<DeviceFacts>;
  /** The data sets that can be downloaded and checked. */
  dataSets: readonly DataSet[];
  /** Runs a command line of this program in a process of its own. */
  runApart(this: void, words: readonly string[], stop: AbortSignal): Promise<Apart>;
  /** Digests of the random streams on the open device and in the reference. */
  streamDigests(): Promise<StreamDigest[]>;
}

export const say = ({ stdout }: Pick<World, "stdout">, line: string): void => void stdout.write(`${line}\n`);
export const warn = ({ stderr }: Pick<World, "stderr">, line: string): void => void stderr.write(`${line}\n`);
