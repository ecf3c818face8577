/** Whether a program is being traced: then a loop becomes a node of the graph instead of running. */

let depth = 0;

export const tracing = (): boolean => depth > 0;

/** Runs `program` as part of a trace. */
export function trace<T>(program: () => T): T {
  depth++;
  try {
    return program();
  } finally {
    depth--;
  }
}
