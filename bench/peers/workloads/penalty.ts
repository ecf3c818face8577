/** A step of gradient descent on mean E(x) + 10 mean ‖∇ₓE(x)‖², whose gradient is of second order. */

import { grad as jaxGrad, jit, numpy as np, tree } from "@jax-js/jax";
import * as tf from "@tensorflow/tfjs-core";
import { grad, type Tensor } from "../../../engine/index.ts";
import { drawn } from "../inputs.ts";
import { nets, type Net } from "../nets.ts";
import { workload } from "../workload.ts";

const RATE = 0.01;
/** Of the penalty, as in WGAN-GP. */
const WEIGHT = 10;

type Parameters<T> = Record<string, T>;

/** Slopes, and the parameters after a step along them. */
const outputs = <T>(slopes: Parameters<T>, moved: (name: string) => T): Record<string, T> =>
  Object.fromEntries(
    Object.entries(slopes).flatMap(([name, slope]) => [
      [`slope.${name}`, slope],
      [`updated.${name}`, moved(name)],
    ]),
  );

const step = (net: Net) =>
  workload(
    {
      name: `penalty/${net.name}`,
      unit: "update",
      units: 1,
      inputs: async () => ({ parameters: await net.parameters(), x: await drawn(net.batch, 2) }),
    },
    {
      ours({ parameters, x }) {
        const energy = net.ours(parameters, x);
        const penalty = grad(energy.sum(), x).square().flatten(1).sum(1).mean();
        const slopes = grad(energy.mean().add(penalty.mul(WEIGHT)), parameters) as Parameters<Tensor>;
        return outputs(slopes, (name) => parameters[name].sub(slopes[name].mul(RATE)));
      },
      "jax-js": jit(({ parameters, x }: { parameters: Parameters<np.Array>; x: np.Array }) => {
        const loss = (parameters: Parameters<np.Array>) => {
          const slope = jaxGrad((x: np.Array) => net.jax(tree.ref(parameters), x).sum())(x.ref);
          const penalty = np.square(slope).sum().div(net.batch[0]);
          return net.jax(parameters, x.ref).mean().add(penalty.mul(WEIGHT));
        };
        const slopes = jaxGrad(loss)(tree.ref(parameters)) as Parameters<np.Array>;
        x.dispose();
        return outputs(slopes, (name) => parameters[name].sub(slopes[name].ref.mul(RATE)));
      }),
      tfjs({ parameters, x }) {
        const names = Object.keys(parameters);
        const loss = (...values: tf.Tensor[]): tf.Scalar => {
          const at = Object.fromEntries(names.map((name, index) => [name, values[index]]));
          const slope = tf.grad((x: tf.Tensor) => tf.sum(net.tfjs(at, x)))(x);
          const penalty = tf.div(tf.sum(tf.square(slope)), net.batch[0]);
          return tf.add(tf.mean(net.tfjs(at, x)), tf.mul(penalty, WEIGHT));
        };
        const values = tf.grads(loss)(Object.values(parameters));
        const slopes = Object.fromEntries(names.map((name, index) => [name, values[index]]));
        return outputs(slopes, (name) => tf.sub(parameters[name], tf.mul(slopes[name], RATE)));
      },
      torch: `${net.torch}
@compiled
def loss_of(parameters, x):
    gradient, values = slope(lambda x: energy(parameters, x), x, create_graph=True)
    return values.mean() + ${WEIGHT} * gradient.square().flatten(1).sum(1).mean()

def prepare(inputs):
    return {"x": inputs["x"], "parameters": {name: p.clone().requires_grad_() for name, p in inputs["parameters"].items()}}

def work(inputs):
    parameters = inputs["parameters"]
    loss = loss_of(parameters, inputs["x"])
    slopes = dict(zip(parameters, torch.autograd.grad(loss, list(parameters.values()))))
    return {
        **{f"slope.{name}": slope for name, slope in slopes.items()},
        **{f"updated.{name}": parameters[name] - ${RATE} * slope for name, slope in slopes.items()},
    }
`,
    },
  );

export const penaltyWorkloads = [step(nets.mlp), step(nets.conv)];
