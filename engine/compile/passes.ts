/** The passes that a traced program goes through, in order. Fusion and scheduling follow. */

import type { Tensor } from "../tensor.ts";
import { trace } from "../tracing.ts";
import { commonSubexpressions } from "./commonSubexpressions.ts";
import { rewrite, type Rule } from "./rewrite.ts";
import { simplify } from "./simplify.ts";

/** Equivalent outputs that take less to compute. Twice, since a simpler node can make its reader simpler. */
export const optimised = (outputs: readonly Tensor[]): Tensor[] =>
  trace(() => {
    const passes: Rule[] = [commonSubexpressions(), simplify, commonSubexpressions(), simplify, commonSubexpressions()];
    return passes.reduce((nodes, rule) => rewrite(nodes, rule), [...outputs]);
  });
