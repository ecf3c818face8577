/** How Inception sees images, under weights that whoever evaluates brings along. */

import {
  dispose,
  key as keyOf,
  resizeBilinear,
  type NamedArrays,
  type Shape,
  type Tensor,
  type Tree,
} from "../../engine/index.ts";
import { trace } from "../../engine/tracing.ts";
import { FormatError, inception, Pass, stateOf, treeFrom } from "../../nn/index.ts";

/** Rows and columns that Inception sees. */
const SIZE = 299;

/** Images `[n, c, h, w]` in [−1, 1] as bytes of three colours. */
function bytesOf(x: Tensor): Tensor {
  const [n, , ...extent] = x.shape;
  const coloured: Shape = [n, 3, ...extent];
  return x.add(1).mul(127.5).add(0.5).floor().clamp(0, 255).broadcast(coloured);
}

/**
 * How images in [−1, 1] become those that Inception sees, `[n, 3, 299, 299]` about in [−1, 1] too: by way of bytes, as pytorch-fid has
 * them, or as TensorFlow 1 had them, with which most published numbers were measured.
 */
export const inputs = {
  pytorch: (x: Tensor): Tensor => resizeBilinear(bytesOf(x).div(255), SIZE, { convention: "halfPixel" }).mul(2).sub(1),
  tensorflow: (x: Tensor): Tensor => resizeBilinear(bytesOf(x), SIZE, { convention: "tf1" }).sub(128).div(128),
} as const;

export type Input = keyof typeof inputs;

export interface Inception {
  /** Parameters and running statistics: an argument of every compiled program, so that none bakes them in. */
  readonly weights: Tree;
  /** Of images `[n, c, h, w]` in [−1, 1]: 2048 features, and the logits of 1008 classes without their bias. */
  read(weights: Tree, x: Tensor): { features: Tensor; logits: Tensor };
  dispose(): void;
}

/**
 * Inception under the arrays of a file, by the names of `pt_inception-2015-12-05`; counts of batches are left aside.
 * @throws FormatError naming the array that is missing, superfluous or of another shape
 */
export function inceptionOf(arrays: NamedArrays, input: Input, net = inception()): Inception {
  const blank = trace(() => ({ parameters: net.init(keyOf(0)), state: stateOf(net, keyOf(0)) }));
  const [state, parameters]: NamedArrays[] = [{}, {}];
  for (const [name, array] of Object.entries(arrays)) {
    if (name.endsWith(".num_batches_tracked")) continue;
    (/\.running_(mean|var)$/.test(name) ? state : parameters)[name] = array;
  }
  const weights = fitting(() => {
    const learned = treeFrom(blank.parameters, parameters);
    return { parameters: learned, state: treeFrom(blank.state, state) };
  });
  return {
    weights,
    read(given, x) {
      const { parameters, state } = given as typeof weights;
      const features = net.features(parameters, inputs[input](x), Pass.evaluation(state));
      const { fc } = parameters as { fc: { weight: Tensor } };
      return { features, logits: features.matmul(fc.weight, { transposeB: true }) };
    },
    dispose: () => dispose(weights),
  };
}

/** What is made of arrays; a FormatError says of which net they are not. */
function fitting<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new FormatError(`inception: not the weights of pt_inception-2015-12-05, ${error.message}`, { cause: error });
  }
}
