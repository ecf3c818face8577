/** One op, or one random program, put to the proof: derivatives in the reference, and the device against the reference. */

import { grad } from "../grad.ts";
import type { HostArray } from "../hostArray.ts";
import { sum } from "../ops/reduce.ts";
import type { Tensor } from "../tensor.ts";
import { agreementOfWays, expected } from "./agreement.ts";
import { draw } from "./draw.ts";
import { AGREES, gradcheck } from "./gradcheck.ts";
import { drawProgram, INPUTS, run } from "./programs.ts";
import type { Row } from "./rows.ts";

/** What came of a check. */
export interface Checked {
  /** Largest relative error of the first three derivatives in the float64 reference, against finite differences. */
  gradients: number;
  /** Largest error of value, first and second derivative on the device, as a share of what rounding allows. */
  device: number;
  /** What is wrong, as a sentence; null if nothing. */
  problem: string | null;
}

/** Checks a row on the operands of a seed, on the device that is open. */
export const checkRow = ({ call, inputs }: Row, seed: number): Promise<Checked> => checked(call, inputs(seed));

/** Checks the random program of a seed. */
export function checkProgram(seed: number): Promise<Checked> {
  const program = drawProgram(seed);
  const inputs = Array.from({ length: INPUTS }, (_, at) => draw(10 * seed + at, [3, 4]));
  return checked((...x) => run(program, x), inputs);
}

async function checked(call: (...x: Tensor[]) => Tensor, inputs: readonly HostArray[]): Promise<Checked> {
  const gradients = gradcheck(call, inputs, 3);
  const derived = (...x: Tensor[]): Tensor[] => derivatives(call, x);
  const { problem, share } = await agreementOfWays(derived, inputs, expected(derived, inputs));
  const off = `the reference differs from finite differences by ${gradients.toExponential(1)} of the derivative`;
  return { gradients, device: share, problem: gradients < AGREES ? problem : off };
}

/** The value of a function and, towards all f32 operands, its first derivatives and second ones along the operands. */
function derivatives(call: (...x: Tensor[]) => Tensor, x: readonly Tensor[]): Tensor[] {
  const value = call(...x);
  const smooth = x.filter(({ dtype }) => dtype === "f32");
  const first = grad(sum(value.mul(0.7)), smooth);
  const along = first.map((slope, at) => sum(slope.mul(smooth[at]))).reduce((a, b) => a.add(b));
  return [value, ...first, ...grad(along, smooth)];
}
