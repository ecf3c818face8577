/** Cases that measure one op by itself. */

import { compile, dispose, foldIn, key, normal, scope, type Shape, type Tensor } from "../../engine/index.ts";
import { dispatchesIn, type Case, type Work } from "../case.ts";

export interface OpOptions {
  /** Shapes of the operands, which are normal numbers. */
  operands: readonly Shape[];
  op: (...operands: Tensor[]) => Tensor;
  /** Times the op runs in one go, each time on operands of its own: so many that starting it does not count. */
  times: number;
  /** Floating-point operations, or bytes that must be read and written, of one run of the op. */
  amount: NonNullable<Work["amount"]>;
}

export const opCase = (name: string, { operands, op, times, amount }: OpOptions): Case => ({
  name,
  on: "adapter",
  unit: "op",
  async open() {
    const drawn = (use: number): Tensor[] =>
      operands.map((shape, index) => normal(foldIn(foldIn(key(1), use), index), shape));
    const inputs = scope(() => Array.from({ length: times }, (_, use) => drawn(use)));
    const program = compile((uses: readonly (readonly Tensor[])[]) => uses.map((each) => op(...each)));
    const { schedule } = await program.prepare(inputs);
    return {
      units: times,
      dispatches: dispatchesIn(schedule.commands) / times,
      run: () => dispose(program(inputs)),
      amount,
      dispose() {
        program.dispose();
        dispose(inputs);
      },
    };
  },
});
