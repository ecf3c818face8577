/** The shaders as text, by name. Valid WGSL as they stand; engine/compile/assemble.ts fills their slots. */

import chain from "./chain.wgsl?raw";
import conv2d from "./conv2d.wgsl?raw";
import conv2dSubgroup from "./conv2dSubgroup.wgsl?raw";
import conv2dTaps from "./conv2dTaps.wgsl?raw";
import conv2dTile from "./conv2dTile.wgsl?raw";
import conv2dWide from "./conv2dWide.wgsl?raw";
import conv2dInput from "./conv2dInput.wgsl?raw";
import conv2dInputRows from "./conv2dInputRows.wgsl?raw";
import conv2dInputSubgroup from "./conv2dInputSubgroup.wgsl?raw";
import conv2dInputTile from "./conv2dInputTile.wgsl?raw";
import conv2dInputWide from "./conv2dInputWide.wgsl?raw";
import conv2dWeight from "./conv2dWeight.wgsl?raw";
import conv2dWeightSubgroup from "./conv2dWeightSubgroup.wgsl?raw";
import conv2dWeightTile from "./conv2dWeightTile.wgsl?raw";
import conv2dWeightWide from "./conv2dWeightWide.wgsl?raw";
import elementwise from "./elementwise.wgsl?raw";
import math from "./lib/math.wgsl?raw";
import normalTable from "./lib/normalTable.wgsl?raw";
import numbersOf from "./lib/numbersOf.wgsl?raw";
import program from "./lib/program.wgsl?raw";
import quotient from "./lib/quotient.wgsl?raw";
import random from "./lib/random.wgsl?raw";
import wide from "./lib/wide.wgsl?raw";
import matmul from "./matmul.wgsl?raw";
import matmulSubgroup from "./matmulSubgroup.wgsl?raw";
import matmulTile from "./matmulTile.wgsl?raw";
import matmulWide from "./matmulWide.wgsl?raw";
import put from "./put.wgsl?raw";
import putAdd from "./putAdd.wgsl?raw";
import reduce from "./reduce.wgsl?raw";
import scan from "./scan.wgsl?raw";

/** Kernels, one file per family. */
export const kernels: Readonly<Record<string, string>> = {
  chain,
  conv2d,
  conv2dSubgroup,
  conv2dTaps,
  conv2dTile,
  conv2dWide,
  conv2dInput,
  conv2dInputRows,
  conv2dInputSubgroup,
  conv2dInputTile,
  conv2dInputWide,
  conv2dWeight,
  conv2dWeightSubgroup,
  conv2dWeightTile,
  conv2dWeightWide,
  elementwise,
  matmul,
  matmulSubgroup,
  matmulTile,
  matmulWide,
  put,
  putAdd,
  reduce,
  scan,
};

/** Functions for generated expressions, by the path that include lines name. */
export const library: Readonly<Record<string, string>> = {
  "lib/math.wgsl": math,
  "lib/normalTable.wgsl": normalTable,
  "lib/numbersOf.wgsl": numbersOf,
  "lib/program.wgsl": program,
  "lib/quotient.wgsl": quotient,
  "lib/random.wgsl": random,
  "lib/wide.wgsl": wide,
};
