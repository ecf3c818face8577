/** Names of the parts of a program, for messages and plans: every tensor remembers in which part it was made. */

let current = "";

/** Runs `make` within a part: tensors made there are labelled `outer.name`. */
export function named<T>(name: string, make: () => T): T {
  return labelled(current === "" ? name : `${current}.${name}`, make);
}

/** Runs `make` under a whole label, as a gradient does under that of what it belongs to. */
export function labelled<T>(label: string, make: () => T): T {
  const outer = current;
  current = label;
  try {
    return make();
  } finally {
    current = outer;
  }
}

/** The label of what is made now; empty outside any part. */
export const presentLabel = (): string => current;
