/** What the programs of this folder have in common: where they say what is no result, and how they end. */

import { parseArgs, type ParseArgsConfig } from "node:util";
import { endingOf, exitCodes, Failure, type Ending } from "../cli/failure.ts";

/** What is not a result goes to stderr. */
export const tell = (line: string): void => void process.stderr.write(`${line}\n`);

/** The options among the words behind a program's name, and the others. Throws a Failure, in one line, at an option that there is not. */
export function parsed<Options extends NonNullable<ParseArgsConfig["options"]>>(
  words: readonly string[],
  options: Options,
  usage: string,
) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true });
  } catch (error) {
    throw new Failure("usage", `${error instanceof Error ? error.message : String(error)}; ${usage}`);
  }
}

/** Runs a program on the words behind its name, and ends the process as it ends; an error that it throws is told in a line. */
export async function runProgram(name: string, program: (words: readonly string[]) => Promise<Ending>): Promise<never> {
  try {
    process.exit(exitCodes[await program(process.argv.slice(2))]);
  } catch (error) {
    const ending = endingOf(error);
    const message = error instanceof Error ? (ending === "fault" ? error.stack : error.message) : String(error);
    tell(`${name}: ${message}`);
    process.exit(exitCodes[ending]);
  }
}
