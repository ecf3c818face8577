/** What ends a command: its exit codes, and the error that carries one. */

/** Exit codes, as README lists them. */
export const exitCodes = {
  ok: 0,
  fault: 1,
  usage: 2,
  noAdapter: 3,
  data: 4,
  diverged: 5,
  outOfMemory: 6,
  deviceLost: 7,
  interrupted: 130,
} as const;

export type Ending = keyof typeof exitCodes;

/** An error whose message is all a person needs; the stack is shown with --debug only. */
export class Failure extends Error {
  override name = "Failure";

  constructor(
    readonly ending: Ending,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Errors of the folders to the left, by name, since a bundle may hold a class twice. */
const endings: { readonly [errorName: string]: Ending } = {
  NoAdapterError: "noAdapter",
  FormatError: "data",
  DeviceLostError: "deviceLost",
  OutOfMemoryError: "outOfMemory",
};

/** How a command ends that throws this error; what nobody expected is a `fault`. */
export function endingOf(error: unknown): Ending {
  if (error instanceof Failure) return error.ending;
  return error instanceof Error ? (endings[error.name] ?? "fault") : "fault";
}

/** The result of work on what a person asked for: a value it refuses (RangeError) is that person's to mend. */
export async function asked<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof RangeError ? new Failure("usage", error.message, { cause: error }) : error;
  }
}

/** A system error in words: `no such file or directory`. */
export function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^E[A-Z]+: ([^,]+)/.exec(message)?.[1] ?? message;
}

/** The code of a system error, `ENOENT`, or undefined. */
export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/** The error of a write: a full disk is no fault of this program, and names the file. */
export const writing = (path: string, error: unknown): unknown =>
  codeOf(error) === "ENOSPC" || codeOf(error) === "EDQUOT"
    ? new Failure("data", `${path}: ${reasonOf(error)}; what is finished is kept, and goes on with --resume`, {
        cause: error,
      })
    : error;
