/** The passes that a traced program goes through, in order. Fusion and scheduling follow. */

import type { Tensor } from "../tensor.ts";
import { trace } from "../tracing.ts";
import { commonSubexpressions } from "./commonSubexpressions.ts";
import { deadCarries } from "./deadCarries.ts";
import { rewrite, type Rule } from "./rewrite.ts";
import { simplify } from "./simplify.ts";

/** Simplification comes twice, since a simpler node can make its reader simpler. */
const passes: readonly ((outputs: readonly Tensor[]) => Rule)[] = [
  deadCarries,
  commonSubexpressions,
  () => simplify,
  commonSubexpressions,
  () => simplify,
  commonSubexpressions,
];

/** Equivalent outputs that take less to compute. */
export const optimised = (outputs: readonly Tensor[]): Tensor[] =>
  trace(() => passes.reduce((nodes, pass) => rewrite(nodes, pass(nodes)), [...outputs]));
