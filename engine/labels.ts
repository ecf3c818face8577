/** Names of the parts of a program, for messages and plans: every tensor remembers in which part it was made. */

let current = "";

/** Runs `make` within a part: tensors made there are labelled `outer.name`. */
export function named<T>(name: string, make: () => T): T {
  return labelled(current === "" ? name : `${current}.${name}`, make);
}

/** Runs `make` under a whole label, as a gradient does under one made of that which it belongs to. */
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

/** The label of gradients through what has this one: `∇0` of `0`, and again `∇∇0`. */
export const gradientLabel = (label: string): string => `∇${label}`;

/** Whether something with this label is part of a gradient. */
export const isGradient = (label: string): boolean => label.startsWith("∇");

/** An op by its part: `0.conv2d`, in a gradient `∇0.conv2dInput`, outside any part `conv2d` and `∇conv2dInput`. */
export const nameOf = ({ label, op }: { label: string; op: { name: string } }): string =>
  /^∇*$/.test(label) ? `${label}${op.name}` : `${label}.${op.name}`;
