/** An update of contrastive learning: 20 Langevin steps from given starts, the contrast with data, Adam; of JEM with the cross-entropy. */

import { grad as jaxGrad, jit, numpy as np, tree } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import { constant, grad, key, type HostArray, type Tensor } from "../../../engine/index.ts";
import { langevin, walk } from "../../../ebm/index.ts";
import { adam } from "../../../nn/index.ts";
import { drawn, zerosOf } from "../inputs.ts";
import { jaxWalk, jittedStep, tfjsWalk, torchWalk } from "../langevin.ts";
import { nets, type Net, type Parameters } from "../nets.ts";
import { wideResnetOf } from "../wideResnet.ts";
import { scalar, workload } from "../workload.ts";

const STEPS = 20;
const RATE = 1e-3;
const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** Names of the three trees that an update puts out. */
const outputs = <T>(trees: { mean: Parameters<T>; square: Parameters<T>; updated: Parameters<T> }): Record<string, T> =>
  Object.fromEntries(
    Object.entries(trees).flatMap(([tree, leaves]) =>
      Object.entries(leaves).map(([name, leaf]) => [`${tree}.${name}`, leaf]),
    ),
  );

type Learner = Record<"parameters" | "mean" | "square", Parameters<np.Array>>;
type Contrast = Record<"data" | "labels" | "samples", np.Array>;

/** The loss and Adam in jax-js, at the first update. Owns its arguments. */
function jaxUpdate(net: Net, given: Learner, x: Contrast) {
  const loss = (parameters: Parameters<np.Array>) => net.loss.jax(parameters, x.data.ref, x.labels.ref, x.samples.ref);
  const slopes = jaxGrad(loss)(tree.ref(given.parameters)) as Parameters<np.Array>;
  tree.dispose(x);
  const leaves = Object.keys(slopes).map((name) => {
    const [p, g] = [given.parameters[name], slopes[name]];
    const mean = given.mean[name].mul(BETA1).add(g.ref.mul(1 - BETA1));
    const square = given.square[name].mul(BETA2).add(np.square(g).mul(1 - BETA2));
    const scale = np.sqrt(square.ref.div(1 - BETA2)).add(EPSILON);
    return {
      name,
      mean: mean.ref,
      square,
      updated: p.sub(
        mean
          .div(1 - BETA1)
          .div(scale)
          .mul(RATE),
      ),
    };
  });
  return outputs({
    mean: Object.fromEntries(leaves.map(({ name, mean }) => [name, mean])),
    square: Object.fromEntries(leaves.map(({ name, square }) => [name, square])),
    updated: Object.fromEntries(leaves.map(({ name, updated }) => [name, updated])),
  });
}

/** `[n, classes]`: the first is of the first class, and so on, and after the last class from the first again. */
function labelsOf({ batch: [images], loss: { classes } }: Net): HostArray {
  const data = new Float32Array(images * classes);
  for (let image = 0; image < images; image++) data[image * classes + (image % classes)] = 1;
  return { dtype: "f32", shape: [images, classes], data };
}

const update = (net: Net, about: { onlyGpu?: boolean } = {}) => {
  const step = jittedStep(net);
  const learn = jit((given: Learner, x: Contrast) => jaxUpdate(net, given, x));
  return workload(
    {
      name: `training/${net.name}`,
      unit: "update",
      units: 1,
      ...about,
      async inputs() {
        const parameters = await net.parameters();
        return {
          parameters,
          mean: zerosOf(parameters),
          square: zerosOf(parameters),
          x: await drawn(net.batch, 2),
          data: await drawn(net.batch, 3),
          labels: labelsOf(net),
          stepSize: scalar(0.1),
          noise: scalar(0.01),
        };
      },
      // The first update from zero leaves a tenth of the slope in the mean; the update itself is near a sign, so it is not
      // compared where a slope is near 0.
      compares: (name) => !name.startsWith("updated"),
      like: { name: `langevin/${net.name}/step`, times: STEPS + 4 },
    },
    {
      ours({ parameters, mean, square, x, data, labels, stepSize, noise }) {
        const energy = (at: Tensor) => net.ours(parameters, at);
        const samples = walk(langevin({ stepSize, noise }), energy, x, STEPS, key(3)).x;
        const loss = net.loss.ours(parameters, data, labels, samples);
        const state = { count: stepSize.mul(0), mean, square };
        const learned = adam().update(parameters, grad(loss, parameters), state, constant(RATE));
        return outputs({
          mean: learned.state.mean as Parameters<Tensor>,
          square: learned.state.square as Parameters<Tensor>,
          updated: learned.parameters,
        });
      },
      "jax-js"({ parameters, mean, square, x, data, labels, ...drift }) {
        const samples = jaxWalk(step, tree.ref(parameters), x, drift, STEPS);
        return learn({ parameters, mean, square }, { data, labels, samples });
      },
      tfjs({ parameters, mean, square, x, data, labels, ...drift }) {
        const names = Object.keys(parameters);
        const samples = tfjsWalk(net, parameters, x, drift, STEPS);
        const loss = (...values: tf.Tensor[]): tf.Scalar => {
          const at = Object.fromEntries(names.map((name, index) => [name, values[index]]));
          return net.loss.tfjs(at, data, labels, samples);
        };
        const slopes = tf.grads(loss)(Object.values(parameters));
        const leaves = names.map((name, index) => {
          const [p, g] = [parameters[name], slopes[index]];
          const m = tf.add(tf.mul(mean[name], BETA1), tf.mul(g, 1 - BETA1));
          const v = tf.add(tf.mul(square[name], BETA2), tf.mul(tf.square(g), 1 - BETA2));
          const scale = tf.add(tf.sqrt(tf.div(v, 1 - BETA2)), EPSILON);
          return { name, m, v, updated: tf.sub(p, tf.mul(tf.div(tf.div(m, 1 - BETA1), scale), RATE)) };
        });
        return outputs({
          mean: Object.fromEntries(leaves.map(({ name, m }) => [name, m])),
          square: Object.fromEntries(leaves.map(({ name, v }) => [name, v])),
          updated: Object.fromEntries(leaves.map(({ name, updated }) => [name, updated])),
        });
      },
      torch: `${net.torch}${torchWalk}${net.loss.torch}
def prepare(inputs):
    learned = {name: p.clone().requires_grad_() for name, p in inputs["parameters"].items()}
    return {**inputs, "learned": learned, "optimizer": torch.optim.Adam(learned.values(), lr=${RATE})}

def work(inputs):
    learned, optimizer = inputs["learned"], inputs["optimizer"]
    samples = walk(inputs["parameters"], inputs["x"], inputs, ${STEPS})
    optimizer.zero_grad()
    loss_of(learned, inputs["data"], inputs["labels"], samples).backward()
    optimizer.step()
    state = {name: optimizer.state[p] for name, p in learned.items()}
    return {
        **{f"mean.{name}": of["exp_avg"] for name, of in state.items()},
        **{f"square.{name}": of["exp_avg_sq"] for name, of in state.items()},
        **{f"updated.{name}": p for name, p in learned.items()},
    }
`,
    },
  );
};

export const trainingWorkloads = [
  update(nets.toy),
  update(nets.mlp),
  update(nets.conv),
  update(wideResnetOf(2, 2)),
  update(wideResnetOf(2, 64), { onlyGpu: true }),
  update(wideResnetOf(10, 64), { onlyGpu: true }),
];
