/** Ops as chaining methods, from the same declarations: `x.sub(y)` is `sub(x, y)`. */

import { Tensor } from "../tensor.ts";
import * as activations from "./activations.ts";
import * as arrange from "./arrange.ts";
import * as arrangePixels from "./arrangePixels.ts";
import * as conv2d from "./conv2d.ts";
import * as elementwise from "./elementwise.ts";
import * as matmul from "./matmul.ts";
import * as movement from "./movement.ts";
import * as patterns from "./patterns.ts";
import * as pool from "./pool.ts";
import * as pow from "./pow.ts";
import * as reduce from "./reduce.ts";
import * as resize from "./resize.ts";
import * as reductions from "./reductions.ts";
import * as rows from "./rows.ts";
import * as scan from "./scan.ts";
import * as softmax from "./softmax.ts";
import * as sort from "./sort.ts";
import * as windows from "./windows.ts";

/** What has no tensor as its first argument. */
type Other = "concat" | "stack" | "linspace" | "zeros" | "ones" | "asElementwise" | `${string}Op`;

const families = [
  elementwise,
  activations,
  pow,
  movement,
  arrange,
  patterns,
  rows,
  sort,
  reduce,
  reductions,
  scan,
  softmax,
  matmul,
  conv2d,
  windows,
  pool,
  resize,
  arrangePixels,
] as const;

type Families = Intersection<(typeof families)[number]>;

/** What is in any of the modules of a union. */
type Intersection<U> = (U extends unknown ? (module: U) => void : never) extends (module: infer All) => void
  ? All
  : never;

type Method<F> = F extends (first: infer _First, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/** Every op whose first argument is a tensor, without that argument. */
export type Methods = { [Name in Exclude<keyof Families, Other>]: Method<Families[Name]> };

/** Puts the ops on the tensor; called once, when the engine is loaded. */
export function installMethods(): void {
  for (const family of families)
    for (const [name, op] of Object.entries(family))
      if (typeof op === "function")
        Object.defineProperty(Tensor.prototype, name, {
          value(this: Tensor, ...rest: unknown[]): unknown {
            return (op as (...all: unknown[]) => unknown)(this, ...rest);
          },
        });
}
