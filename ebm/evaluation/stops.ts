/** Lists of numbers of steps, as options of evaluations. */

import { listed, type Field } from "../settings.ts";

/** Several numbers of steps in one option: `1,5,10`. */
export const stepList = (about: string) =>
  ({ kind: "list", about, of: { kind: "integer", about: "steps", min: 0 } }) as const satisfies Field;

/** The numbers of such a list, and others, in order, each once. */
export const stopsOf = (list: string, ...others: readonly number[]): number[] =>
  [...new Set([...listed(list).map(Number), ...others])].sort((a, b) => a - b);
